import { setTimeout as after } from 'node:timers/promises'
import { memoryMb } from '../memory.ts'
import type { Scenario } from '../scenario.ts'
import { Site } from '../site.ts'

const sampleEveryMs = 5_000
/** Memory may grow by this share of itself between the second and the last quarter. */
const mayGrow = 0.15
const people = 32

/** Everything at once, for long: reads, calls, refreshes, sign-ins and sign-outs. */
export const soakScenarios: readonly Scenario[] = [
  {
    name: 'a long run keeps its memory and loses no session',
    isLong: true,
    run: async ({ soakMs }) => {
      const site = await Site.open({ store: 'file', people })
      try {
        const samples: number[] = []
        const tally = await site.underLoad(async () => {
          const latest = performance.now() + soakMs
          while (performance.now() < latest) {
            await after(sampleEveryMs)
            samples.push(memoryMb(site.server().pid))
            await site.signIn()
          }
        })
        const [, second = 0, , last = 0] = quarters(samples)
        const notes = `${String(samples.length)} sign-ins more, memory ${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`
        if (last > second * (1 + mayGrow)) tally.addWrong(`memory grows: ${notes}`)
        return { tally, lost: await site.lostCount(), allowed: [], notes }
      } finally {
        await site.close()
      }
    },
  },
]

/** The mean of each quarter. */
function quarters(samples: readonly number[]): number[] {
  const size = Math.ceil(samples.length / 4)
  return [0, 1, 2, 3].map((index) => {
    const part = samples.slice(index * size, (index + 1) * size)
    return part.reduce((sum, each) => sum + each, 0) / Math.max(1, part.length)
  })
}
