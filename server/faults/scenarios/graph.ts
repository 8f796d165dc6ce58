import type { RequestListener } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import { startUpstream } from '../../test/support/upstream.ts'
import { get } from '../person.ts'
import type { Scenario } from '../scenario.ts'
import { Site } from '../site.ts'

/** An API that fails: sessions are read as before, and a call gets a problem that says so. */
export const graphScenarios: readonly Scenario[] = [
  failing('the API resets connections', (request) => request.socket.destroy(), 502),
  failing(
    'the API answers with errors',
    (_request, response) => response.writeHead(500).end(),
    502,
  ),
  failing(
    'the API throttles',
    (_request, response) => response.writeHead(429, { 'retry-after': '1' }).end(),
    429,
  ),
  failing(
    'the API never ends its answer',
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(64 * 1024, ' ')
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', write)
      write()
    },
    502,
  ),
  { ...failing('the API does not answer', () => undefined, 504), isLong: true },
]

/** @param status what a call gets while the fault lasts */
function failing(name: string, fault: RequestListener, status: number): Scenario {
  return {
    name,
    run: async ({ faultMs }) => {
      let answer = fault
      const api = await startUpstream((request, response) => {
        answer(request, response)
      })
      try {
        const site = await Site.open({ store: 'file', settings: { ENDPOINT: api.endpoint } })
        try {
          let seen: number | undefined
          const tally = await site.underLoad(async () => {
            const [person] = site.people
            if (!person) throw new Error('nobody is signed in')
            const called = get(site.nextAddress(), '/api/me', person, site.agent)
            await after(faultMs)
            seen = (await called).status
            answer = good(site)
          })
          if (seen !== status) tally.addWrong(`a call got ${String(seen)}, not ${String(status)}`)
          await site.recovered()
          return { tally, lost: await site.lostCount(), allowed: ['refused'] }
        } finally {
          await site.close()
        }
      } finally {
        api.close()
      }
    },
  }
}

/** Answers with the caller of the token, so that a mixed-up answer is noticed. */
function good(site: Site): RequestListener {
  return (request, response) => {
    void fetch(`${site.emulator.graphUrl}/me`, {
      headers: { authorization: request.headers.authorization ?? '' },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      response.end(await answer.text())
    })
  }
}
