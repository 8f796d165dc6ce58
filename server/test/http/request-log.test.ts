import { request } from 'undici'
import { afterEach, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.close())

interface Line {
  req?: { method: string; path: string; address: string }
  res?: { status: number }
  code?: string
  audit?: string
}

/** What the log says of requests, without the audit log. */
const requests = () =>
  world.logLines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ req }) => req !== undefined)
    .map(({ req, res, code }) => [req?.method, req?.path, res?.status, code])

test('a quick read that succeeds is not logged, and every other request has one line', async () => {
  world = await World.open({ LOG_LEVEL: 'info' })
  const browser = await world.signIn()
  world.logLines.length = 0
  await browser.fetch('/api/session')
  await browser.fetch('/api/me')
  await browser.fetch('/api/nothing?code=secret')
  await browser.fetch('/api/session/extend', { method: 'POST' })
  await browser.goTo('/auth/login', world.toEntra)
  expect(requests()).toEqual([
    ['GET', '/api/nothing', 404, 'not_found'],
    ['POST', '/api/session/extend', 200, undefined],
    ['GET', '/auth/login', 302, undefined],
  ])
})

test('with LOG_LEVEL=debug every request has one line', async () => {
  world = await World.open({ LOG_LEVEL: 'debug' })
  const browser = world.openBrowser()
  await browser.fetch('/api/session')
  await browser.fetch('/api/me')
  expect(requests()).toEqual([
    ['GET', '/api/session', 200, undefined],
    ['GET', '/api/me', 401, 'not_signed_in'],
  ])
})

test('a stream of events has a line with its request when its page closes', async () => {
  world = await World.open({ LOG_LEVEL: 'info' })
  const browser = await world.signIn()
  world.logLines.length = 0
  const headers = { cookie: await browser.cookieHeader(), 'sec-fetch-site': 'same-origin' }
  const { body } = await request(`${world.origin}/api/session/events`, { headers })
  body.on('error', () => undefined).destroy()
  await vi.waitUntil(() => world.logLines.length > 0)
  expect(requests()).toEqual([['GET', '/api/session/events', undefined, undefined]])
  expect(world.logLines).toHaveLength(1)
})

test('a request whose client does not wait for the answer has a line', async () => {
  const memory = openMemoryStore()
  let isSlow = false
  const never = new Promise<undefined>(() => undefined)
  let slowReads = 0
  const get = (name: string) => {
    if (!isSlow) return memory.get(name)
    slowReads += 1
    return never
  }
  const store = { ...memory, get }
  world = await World.open({ LOG_LEVEL: 'info' }, { server: { store } })
  const browser = await world.signIn()
  world.logLines.length = 0
  isSlow = true
  const gone = new AbortController()
  const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
  const url = `${world.origin}/api/session/extend`
  const { signal } = gone
  const answer = request(url, { method: 'POST', headers, signal }).catch(() => 'no answer')
  await vi.waitUntil(() => slowReads > 0)
  gone.abort()
  expect(await answer).toBe('no answer')
  await vi.waitUntil(() => world.logLines.length > 0)
  expect(requests()).toEqual([['POST', '/api/session/extend', undefined, undefined]])
})
