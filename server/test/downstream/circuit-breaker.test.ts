import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import type { Browser } from '../support/browser.ts'
import { pass } from '../support/clock.ts'
import { json } from '../support/scripted-api.ts'
import { behindNginx } from '../support/surroundings.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

type Act = (response: ServerResponse) => unknown

let failing: Upstream
let healthy: Upstream
let act: Act
let world: World
let browser: Browser
beforeEach(async () => {
  failing = await startUpstream((_request, response) => {
    act(response)
  })
  healthy = await startUpstream((_request, response) => response.writeHead(200, json).end('{}'))
  const calls = (settings: Parameters<typeof callsOf>[0]) => [
    ...callsOf(settings),
    {
      id: 'health',
      title: 'Health',
      method: 'GET' as const,
      resource: new URL(healthy.endpoint).origin,
      path: '/health',
      scopes: ['User.Read'],
      answer: 'json' as const,
    },
  ]
  world = await World.open({ ENDPOINT: failing.endpoint }, { server: { calls } })
  browser = await world.signIn()
})
afterEach(async () => {
  await world.close()
  failing.close()
  healthy.close()
})

/** With a long pause, a failure is not tried again. */
const fail =
  (status: number): Act =>
  (response) =>
    response.writeHead(status, { ...json, 'retry-after': '60' }).end('{}')
const succeed: Act = (response) => response.writeHead(200, json).end('{}')

async function callTimes(times: number, next: (index: number) => Act): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    act = next(index)
    await browser.fetch('/api/me')
  }
}

/** A call that no request to the API is made for. */
async function expectRefused(caller: Browser): Promise<void> {
  const asked = failing.requests.length
  const { status, headers, json: problem } = await caller.fetch('/api/me')
  expect([status, problem]).toMatchObject([502, { code: 'upstream_error' }])
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(5)
  expect(failing.requests).toHaveLength(asked)
}

const lines = (text: string) => world.logLines.filter((line) => line.includes(text))

describe.skipIf(behindNginx)('an API that fails again and again (#22)', () => {
  test('after ten failures in a row, an API gets no request for five seconds, whoever calls', async () => {
    await callTimes(10, () => fail(503))
    expect(failing.requests).toHaveLength(10)
    await expectRefused(browser)
    await expectRefused(await world.signIn())
    expect(lines('gets no request for a while')).toHaveLength(1)
    expect((await browser.fetch('/api/health')).status).toBe(200)
  })

  test('after five seconds one call tries an API that failed, and its success lets all others pass', async () => {
    await callTimes(10, () => fail(504))
    pass(6)
    let open: ServerResponse | undefined
    act = (response) => (open = response)
    const trying = browser.fetch('/api/me')
    await vi.waitUntil(() => open !== undefined)
    await expectRefused(browser)
    act = succeed
    if (open) succeed(open)
    expect((await trying).status).toBe(200)
    const others = await Promise.all([1, 2, 3].map(() => browser.fetch('/api/me')))
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(lines('the API answers again')).toHaveLength(1)
  })

  test('a call that tries an API in vain begins another five seconds', async () => {
    await callTimes(10, () => fail(502))
    pass(6)
    await callTimes(1, () => fail(502))
    expect(failing.requests).toHaveLength(11)
    await expectRefused(browser)
  })

  test('a caller who leaves while trying an API lets the next call try', async () => {
    await callTimes(10, () => fail(503))
    pass(6)
    act = () => undefined
    const leaving = new AbortController()
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const trying = fetch(`${world.origin}/api/me`, { headers, signal: leaving.signal })
    await vi.waitUntil(() => failing.requests.length === 11)
    leaving.abort()
    await expect(trying).rejects.toThrow()
    act = succeed
    await vi.waitUntil(async () => (await browser.fetch('/api/me')).status === 200)
  })

  test.each<[string, (old: ServerResponse, leave: () => void) => unknown]>([
    ['fails', fail(503)],
    ['succeeds', succeed],
    [
      'is given up',
      (_old, leave) => {
        leave()
      },
    ],
  ])(
    'a call from before an API was left alone says nothing while another call tries the API: it %s',
    async (_name, end) => {
      const held: ServerResponse[] = []
      act = (response) => held.push(response)
      const leaving = new AbortController()
      const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
      const old = fetch(`${world.origin}/api/me`, { headers, signal: leaving.signal })
      const over = old.catch(() => undefined)
      await vi.waitUntil(() => held.length === 1)
      await callTimes(10, () => fail(503))
      pass(6)
      act = (response) => held.push(response)
      const trying = browser.fetch('/api/me')
      await vi.waitUntil(() => held.length === 2)
      const [first, second] = held
      if (first) {
        end(first, () => {
          leaving.abort()
        })
      }
      await over
      await vi.waitUntil(() => first?.destroyed)
      // A new pause would be over by now.
      pass(6)
      await expectRefused(browser)
      act = succeed
      if (second) succeed(second)
      expect((await trying).status).toBe(200)
      expect((await browser.fetch('/api/me')).status).toBe(200)
    },
  )

  test('failures of the connection count, too', async () => {
    await callTimes(5, () => (response) => response.socket?.resetAndDestroy())
    expect(failing.requests).toHaveLength(10)
    await expectRefused(browser)
  })

  test.each([400, 403, 404, 429, 500])(
    'answers %i are about one request, so they never keep others from an API',
    async (status) => {
      await callTimes(12, () => fail(status))
      expect(failing.requests).toHaveLength(12)
      act = succeed
      expect((await browser.fetch('/api/me')).status).toBe(200)
    },
  )

  test('one success among failures lets an API go on', async () => {
    await callTimes(18, (index) => (index === 9 ? succeed : fail(503)))
    expect(failing.requests).toHaveLength(18)
  })

  test('failures that lie far apart let an API go on', async () => {
    await callTimes(9, () => fail(503))
    pass(31)
    await callTimes(9, () => fail(503))
    expect(failing.requests).toHaveLength(18)
  })
})
