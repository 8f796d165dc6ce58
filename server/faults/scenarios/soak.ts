import { setTimeout as after } from 'node:timers/promises'
import { memoryMb } from '../memory.ts'
import { get, isSignedIn, signOut } from '../person.ts'
import type { Scenario } from '../scenario.ts'
import { Site } from '../site.ts'

const sampleEveryMs = 5_000
/** Memory may grow by this share of itself between the second and the last quarter. */
const mayGrow = 0.15
/** Each session refreshes its token once a minute. */
const siteOptions = { store: 'file', people: 32, accessTokenSeconds: 360 } as const

/** Everything at once, for long: reads, calls, refreshes, sign-ins and sign-outs. */
export const soakScenarios: readonly Scenario[] = [
  {
    name: 'a long run keeps its memory and loses no session',
    isLong: true,
    run: async ({ soakMs }) => {
      const site = await Site.open(siteOptions)
      try {
        const samples: number[] = []
        // Those of the visits are no refreshes.
        let refreshes = 1 - siteOptions.people
        const tally = await site.underLoad(async () => {
          const latest = performance.now() + soakMs
          while (performance.now() < latest) {
            await after(sampleEveryMs)
            samples.push(memoryMb(site.server().pid))
            refreshes += site.emulator.requests('token').length
            site.emulator.clearRequests()
            await visit(site)
          }
        })
        const [, second = 0, , last = 0] = quarters(samples)
        const notes = [
          `${String(samples.length)} people who signed in and out`,
          `${String(refreshes - samples.length)} refreshes`,
          `memory ${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`,
        ].join(', ')
        if (last > second * (1 + mayGrow)) tally.addWrong(`memory grows: ${notes}`)
        return { tally, lost: await site.lostCount(), allowed: [], notes }
      } finally {
        await site.close()
      }
    },
  },
]

/** Somebody signs in, calls the API and signs out. @throws {Error} when one of these fails */
async function visit(site: Site): Promise<void> {
  const { agent } = site
  const address = site.nextAddress()
  const person = await site.signInAside()
  const { status } = await get(address, '/api/me', person, agent)
  const statuses = [status, await signOut(address, person, agent)]
  const stays = await isSignedIn(address, person, agent)
  if (statuses.some((each) => each !== 200) || stays !== false) {
    throw new Error(
      `a visit failed: ${statuses.join(', ')}, ${stays ? 'still signed in' : 'signed out'}`,
    )
  }
}

/** The mean of each quarter. */
function quarters(samples: readonly number[]): number[] {
  const size = Math.ceil(samples.length / 4)
  return [0, 1, 2, 3].map((index) => {
    const part = samples.slice(index * size, (index + 1) * size)
    return part.reduce((sum, each) => sum + each, 0) / Math.max(1, part.length)
  })
}
