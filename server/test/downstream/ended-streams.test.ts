import type { ServerResponse } from 'node:http'
import type { OwnSession } from '@entra-bff/shared'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import type { Browser } from '../support/browser.ts'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { adele, World } from '../support/world.ts'

const withStream: typeof callsOf = (settings) => [
  ...callsOf(settings),
  {
    id: 'live',
    title: 'What happens',
    method: 'GET',
    resource: settings.graph,
    path: '/v1.0/live',
    scopes: ['User.Read'],
    answer: { stream: ['text/event-stream'] },
  },
]

let upstream: Upstream
let world: World
/** The answer of the API that is under way. */
let open: ServerResponse | undefined
beforeAll(async () => {
  upstream = await startUpstream((_request, response) => {
    open = response.writeHead(200, { 'content-type': 'text/event-stream' })
    open.write('data: 1\n\n')
  })
  const options = { keepsFiles: true, server: { calls: withStream } }
  world = await World.open({ ENDPOINT: upstream.endpoint }, options)
})
beforeEach(() => {
  world.logLines.length = 0
})
afterAll(async () => {
  await world.close()
  upstream.close()
})

async function ownId(browser: Browser): Promise<string> {
  const sessions = (await browser.fetch('/api/sessions')).json as OwnSession[]
  return sessions.find(({ current }) => current)?.id ?? ''
}

/** Signs in, and reads the `sid` from the ID token. */
async function signIn(): Promise<{ browser: Browser; sid: string }> {
  let sid = ''
  world.emulator.tamperNextIdToken((claims) => {
    sid = String(claims['sid'])
    return claims
  })
  return { browser: await world.signIn(), sid }
}

type End = (browser: Browser, sid: string) => Promise<unknown>

test.each<[name: string, end: End]>([
  ['a sign-out in another tab', (browser) => browser.submit('/auth/logout')],
  [
    'another browser of the same person',
    async (browser) => {
      const id = await ownId(browser)
      return (await world.signIn()).fetch(`/api/sessions/${id}`, { method: 'DELETE' })
    },
  ],
  [
    'another browser, which keeps its own session alone',
    async () => (await world.signIn()).fetch('/api/sessions?scope=others', { method: 'DELETE' }),
  ],
  ['the next sign-in of the same browser', (browser) => world.signIn(browser)],
  [
    'a sign-out at Entra',
    (_browser, sid) => fetch(`${world.origin}/auth/frontchannel-logout?sid=${sid}`),
  ],
  ['the operator', () => runSessionsCommand({ ...world.settings }, 'end', '--user', adele)],
])('a stream is broken off when its session is ended by %s (#25)', async (_name, end) => {
  const { browser, sid } = await signIn()
  const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
  const { body } = await request(`${world.origin}/api/live`, { headers })
  const broken = new Promise<Error>((resolve) => body.once('error', resolve))
  await new Promise((resolve) => body.once('data', resolve))
  await end(browser, sid)
  expect(await broken).toBeInstanceOf(Error)
  await vi.waitUntil(() => open?.destroyed)
  expect(world.logLines.join('')).toContain('"code":"session_revoked"')
})
