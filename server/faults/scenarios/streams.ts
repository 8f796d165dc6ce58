import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { memoryMb } from '../memory.ts'
import { get, type Person } from '../person.ts'
import type { Scenario } from '../scenario.ts'
import { Site } from '../site.ts'

/** The server's own bound. */
const streamsPerSession = 6
const opensAtOnce = 50

/** Pages that listen for events. */
export const streamScenarios: readonly Scenario[] = [
  {
    name: 'thousands of pages listen for events, and all learn that the server ends',
    run: async ({ streams }) => {
      const people = Math.ceil(streams / streamsPerSession)
      const site = await Site.open({ store: 'file', people, strangers: true })
      try {
        const before = memoryMb(site.server().pid)
        const open: IncomingMessage[] = []
        const wanted = site.people.flatMap((person) =>
          Array.from({ length: streamsPerSession }, () => person),
        )
        for (let at = 0; at < wanted.length; at += opensAtOnce) {
          const some = wanted.slice(at, at + opensAtOnce)
          open.push(...(await Promise.all(some.map((person) => listen(site, person)))))
        }
        const after = memoryMb(site.server().pid)
        const refused = open.filter(({ statusCode }) => statusCode !== 200).length
        const ends = Promise.all(open.map((stream) => ended(stream)))
        const tally = await site.underLoad(async () => {
          const [person] = site.people
          if (person) await get(site.nextAddress(), '/api/session', person, site.agent)
        })
        if (refused > 0) tally.addWrong(`${String(refused)} streams were refused`)
        await site.endServer('SIGTERM')
        const broken = (await ends).filter((isWhole) => !isWhole).length
        if (broken > 0) tally.addWrong(`${String(broken)} streams broke off`)
        await site.startServer()
        await site.recovered()
        const notes = `${String(open.length)} streams: ${String(before)} MB before, ${String(after)} MB with them`
        return { tally, lost: await site.lostCount(), allowed: [], notes }
      } finally {
        await site.close()
      }
    },
  },
]

async function listen(site: Site, { cookie }: Person): Promise<IncomingMessage> {
  const headers = { cookie, 'x-csrf': '1', accept: 'text/event-stream' }
  const url = `${site.addresses[0] ?? ''}/api/session/events`
  const request = httpRequest(url, { headers, agent: false }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  return answer
}

/** @returns whether the stream ended as a whole */
async function ended(stream: IncomingMessage): Promise<boolean> {
  stream.resume()
  await once(stream, 'close')
  return stream.complete
}
