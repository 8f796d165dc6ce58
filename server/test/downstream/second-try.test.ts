import type { RequestListener, ServerResponse } from 'node:http'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import type { Browser } from '../support/browser.ts'
import { json } from '../support/scripted-api.ts'
import { behindNginx } from '../support/surroundings.ts'
import { undiciTimers } from '../support/undici-timers.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

let upstream: Upstream
let answer: RequestListener
let world: World
let browser: Browser
beforeAll(async () => {
  undiciTimers.reset()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  upstream = await startUpstream((request, response) => {
    answer(request, response)
  })
  world = await World.open({ ENDPOINT: upstream.endpoint })
  browser = await world.signIn()
})
beforeEach(() => {
  upstream.requests.length = 0
  world.logLines.length = 0
})
afterEach(() => {
  vi.restoreAllMocks()
})
afterAll(async () => {
  await world.close()
  upstream.close()
  vi.useRealTimers()
  undiciTimers.reset()
})

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
const fail = (response: ServerResponse, headers: Record<string, string> = {}) =>
  response.writeHead(503, { ...json, ...headers }).end('{}')
const succeed = (response: ServerResponse) => response.writeHead(200, json).end('{}')

/** Waits without moving the clock, which `vi.waitUntil` moves. */
async function until(condition: () => boolean): Promise<void> {
  const finished = new AbortController()
  onTestFinished(() => {
    finished.abort()
  })
  while (!condition() && !finished.signal.aborted) await new Promise(setImmediate)
}

/** Waits for the pause before a second try. @param drawn what is drawn for its random part, from 0 to 1 */
async function untilPause(drawn = 0): Promise<void> {
  const random = vi.spyOn(Math, 'random').mockReturnValue(drawn)
  await until(() => random.mock.calls.length > 0)
}

describe('the second try of a call (#22)', () => {
  test.each([
    ['least', 0, 50],
    ['most', 1, 250],
  ])(
    'the pause before the second try has a random part, so that calls that failed together do not come back together: at %s',
    async (_name, drawn, pauseMs) => {
      answer = (_request, response) =>
        upstream.requests.length === 1 ? fail(response) : succeed(response)
      const waiting = browser.fetch('/api/me')
      await untilPause(drawn)
      await pass(pauseMs - 1)
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
      expect(upstream.requests).toHaveLength(1)
      await pass(1)
      expect((await waiting).status).toBe(200)
      expect(upstream.requests).toHaveLength(2)
    },
  )

  test('a second try gets what is left of the time of the call', async () => {
    const open: ServerResponse[] = []
    answer = (_request, response) => open.push(response)
    const waiting = browser.fetch('/api/me')
    await until(() => upstream.requests.length === 1)
    await pass(9_000)
    if (open[0]) fail(open[0])
    await untilPause()
    await pass(250)
    await until(() => open.length === 2)
    await pass(9_000)
    open[1]?.writeHead(200, json).flushHeaders()
    await pass(3_000)
    const answered = await waiting
    expect([answered.status, answered.json]).toMatchObject([504, { code: 'upstream_timeout' }])
  })

  test.skipIf(behindNginx)('a caller who leaves before the second try ends the call', async () => {
    answer = (_request, response) => fail(response, { 'retry-after': '5' })
    const leaving = new AbortController()
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const gone = fetch(`${world.origin}/api/me`, { headers, signal: leaving.signal })
    await untilPause()
    leaving.abort()
    await expect(gone).rejects.toThrow()
    await until(() => world.logLines.join('').includes('closed the connection'))
    await pass(6_000)
    answer = (_request, response) => succeed(response)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(upstream.requests).toHaveLength(2)
  })
})

test.skipIf(behindNginx)(
  'calls that follow one another share one connection to the API',
  async () => {
    answer = (_request, response) => succeed(response)
    for (let calls = 0; calls < 5; calls += 1) {
      expect((await browser.fetch('/api/me')).status).toBe(200)
    }
    expect(new Set(upstream.requests.map(({ socket }) => socket)).size).toBe(1)
  },
)
