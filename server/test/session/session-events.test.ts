import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { openEvents } from '../support/event-stream.ts'
import { GatedStore } from '../support/gated-store.ts'
import { behindNginx } from '../support/surroundings.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

const path = '/api/session/events'

const listen = (browser: Browser) => openEvents(world.origin, browser)

describe('the events of a session', () => {
  test('the events of a session tell at once that the session was signed out, and then close', async () => {
    const browser = await world.signIn()
    const stream = await listen(browser)
    expect(stream.statusCode).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    })
    await browser.submit('/auth/logout')
    await vi.waitUntil(() => stream.isOver)
    expect(stream.text).toContain('event: ended\ndata: {"reason":"revoked"}\n\n')
  })

  test('the events of a session tell that the session was ended from another browser', async () => {
    const [here, there] = [await world.signIn(), await world.signIn()]
    const stream = await listen(there)
    await here.fetch('/api/sessions?scope=others', { method: 'DELETE' })
    await vi.waitUntil(() => stream.isOver)
    expect(stream.text).toContain('event: ended')
  })

  test('the events of a session warn once two minutes before its end, and again after it was extended', async () => {
    const browser = await world.signIn()
    const stream = await listen(browser)
    later(58.5)
    await vi.waitUntil(() => stream.text.includes('event: expiring'), 5_000)
    const [, data] = /event: expiring\ndata: (.*)\n\n/.exec(stream.text) ?? []
    const expiring = JSON.parse(data ?? '') as Record<string, string>
    const left = Date.parse(expiring['idleExpiresAt'] ?? '') - Date.now()
    expect(left).toBeGreaterThan(60_000)
    expect(left).toBeLessThan(2 * 60_000)
    expect((await browser.fetch('/api/session/extend', { method: 'POST' })).status).toBe(200)
    later(59)
    await vi.waitUntil(() => stream.text.split('event: expiring').length === 3, 5_000)
    stream.body.destroy()
  })

  // Behind nginx, the pages can be those of two servers.
  test.skipIf(behindNginx)(
    'each page is warned of the end of its session when one more page of the session opens',
    async () => {
      const browser = await world.signIn()
      // No look at intervals warns a page.
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      const first = await listen(browser)
      later(58.5)
      const second = await listen(browser)
      const isWarned = ({ text }: typeof first) => text.includes('event: expiring')
      await vi.waitUntil(() => isWarned(first) && isWarned(second))
      const third = await listen(browser)
      await vi.waitUntil(() => isWarned(third))
      for (const { text, body } of [first, second, third]) {
        expect(text.split('event: expiring')).toHaveLength(2)
        body.destroy()
      }
    },
  )

  test('the events of a session tell that the session expired', async () => {
    const stream = await listen(await world.signIn())
    later(61)
    await vi.waitUntil(() => stream.isOver, 5_000)
    expect(stream.text).toContain('event: ended\ndata: {"reason":"expired"}')
  })

  test('the events of a session end without an event when the server closes, so that the page opens them again', async () => {
    const closing = await World.open()
    const browser = await closing.signIn()
    const cookie = await browser.cookieHeader()
    const { body } = await request(`${closing.origin}${path}`, {
      headers: { cookie, 'sec-fetch-site': 'same-origin' },
    })
    await closing.stopServer()
    expect(await body.text()).not.toContain('event:')
    await closing.close()
  })

  test.skipIf(behindNginx)(
    'at most six pages of one session get its events at once, and the next page gets a 204',
    async () => {
      const browser = await world.signIn()
      const streams = []
      for (let count = 0; count < 6; count += 1) streams.push(await listen(browser))
      expect((await listen(browser)).statusCode).toBe(204)
      expect(streams.some(({ isOver }) => isOver)).toBe(false)
      for (const { body } of streams) body.destroy()
    },
  )

  test('a page that asks for events while the server closes gets a 204, and does not hold the server up', async () => {
    const store = new GatedStore()
    const own = await World.open({}, { server: { store } })
    const browser = await own.signIn()
    const isRead = store.holdNextRead()
    const asking = openEvents(own.origin, browser)
    await isRead
    const closing = own.stopServer()
    const isReachable = () => fetch(own.origin).then(Boolean, () => false)
    await vi.waitUntil(async () => !(await isReachable()))
    store.release()
    expect((await asking).statusCode).toBe(204)
    await closing
    await own.close()
  })

  test('the events of a session refuse HEAD', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const { statusCode } = await request(`${world.origin}${path}`, { method: 'HEAD', headers })
    expect(statusCode).toBe(405)
  })

  test.each([
    ['another site', 403, { 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain', 403, { 'sec-fetch-site': 'same-site' }],
    ['the address bar', 403, { 'sec-fetch-site': 'none' }],
    ['another origin, in an old browser', 403, { origin: 'https://evil.example' }],
    ['a caller without fetch metadata', 403, {}],
  ])('the events of a session are refused to %s', async (_from, status, headers) => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    const { statusCode, body } = await request(`${world.origin}${path}`, {
      headers: { cookie, ...headers },
    })
    await body.dump()
    expect(statusCode).toBe(status)
  })

  test('the events of a session are refused without a session', async () => {
    const { statusCode, body } = await request(`${world.origin}${path}`, {
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    await body.dump()
    expect(statusCode).toBe(401)
  })
})
