import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import {
  detail,
  expectUnavailable,
  reads,
  TroubledStore,
  troubles,
  writes,
} from '../support/troubled-store.ts'
import { toCallback, World } from '../support/world.ts'

const deadlineMs = 2_000
const store = new TroubledStore()
let world: World
beforeAll(async () => {
  world = await World.open({}, { server: { store } })
})
afterEach(() => {
  vi.useRealTimers()
  store.heal()
})
afterAll(() => world.close())

/** Moves the clock on to the store's deadline as soon as `work` has asked the store. */
async function atTheDeadline<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  store.asked = 0
  const result = work()
  const pending = new Set([result])
  const settle = () => {
    pending.clear()
  }
  result.then(settle, settle)
  while (pending.size > 0 && store.asked === 0) await new Promise((next) => setImmediate(next))
  await vi.advanceTimersByTimeAsync(deadlineMs)
  vi.useRealTimers()
  // All look-ups of a request share one deadline.
  await vi.waitUntil(() => pending.size === 0, { timeout: 1_000, interval: 5 })
  return result
}

async function sessionCookie(browser: Browser): Promise<string | undefined> {
  return (await browser.cookies())[world.sessionCookie]
}

describe.each(Object.entries(troubles))('a store that %s (#27)', (_name, trouble) => {
  test.each(['/api/session', '/api/me'])(
    'a store that fails at reading makes %s a 503, not a sign-out',
    async (path) => {
      const browser = await world.signIn()
      store.trouble(reads, trouble)
      expectUnavailable(await atTheDeadline(() => browser.fetch(path)))
      store.heal()
      expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    },
  )

  test('a failing store is reported by /readyz, and not by /livez', async () => {
    store.trouble([...reads, ...writes], trouble)
    const ready = await atTheDeadline(() => world.openBrowser().fetch('/readyz'))
    expect(ready).toMatchObject({ status: 503, json: { store: 'unavailable' } })
    expect(ready.text).not.toContain('MDB')
    expect((await world.openBrowser().fetch('/livez')).status).toBe(200)
  })

  test.each([
    ['reading', reads],
    ['writing', writes],
    ['both', [...reads, ...writes]],
  ])(
    'a store that fails at %s signs nobody in, and the sign-in ends in the Error view',
    async (_at, calls) => {
      const browser = world.openBrowser()
      const { url } = await browser.goTo('/auth/login', toCallback)
      store.trouble(calls, trouble)
      const page = await atTheDeadline(() =>
        browser.goTo(url.href, (next) => next.origin === world.origin),
      )
      expect(page.url.pathname).toBe('/error')
      expect(await sessionCookie(browser)).toBeUndefined()
      store.heal()
      const ref = page.url.searchParams.get('ref') ?? ''
      const { json, text } = await browser.fetch(`/api/errors/${ref}`)
      expect(json).toMatchObject({ code: 'service_unavailable' })
      expect(text).not.toContain('MDB')
    },
  )

  test.each([
    ['reading', reads],
    ['writing', writes],
    ['deleting', ['delete'] as const],
    ['swapping', ['swap'] as const],
  ])(
    'a store that fails at %s makes a sign-out a 503 that changes nothing and can be repeated',
    async (_at, calls) => {
      const browser = await world.signIn()
      const before = await browser.cookies()
      store.trouble(calls, trouble)
      const answer = await atTheDeadline(() => browser.fetch('/auth/logout', { method: 'POST' }))
      expectUnavailable(answer)
      expect(await browser.cookies()).toEqual(before)
      store.heal()
      const again = await browser.fetch('/auth/logout', { method: 'POST' })
      expect(again.status).toBe(200)
      expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
    },
  )
})

test('a store that fails to prolong a session does not fail the call (#27)', async () => {
  const browser = await world.signIn()
  await browser.fetch('/api/me')
  later(2)
  store.trouble(writes, () => Promise.reject(new Error(detail)))
  expect((await browser.fetch('/api/me')).status).toBe(200)
})
