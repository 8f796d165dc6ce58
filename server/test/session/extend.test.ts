import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { later } from '../support/clock.ts'
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

describe('extending a session', () => {
  test('extending a session moves its idle expiry, and answers with the session', async () => {
    const browser = await world.signIn()
    later(50)
    const { status, json } = await browser.fetch('/api/session/extend', { method: 'POST' })
    expect([status, json]).toMatchObject([200, { authenticated: true }])
    const { idleExpiresAt } = json as { idleExpiresAt: string }
    expect(Date.parse(idleExpiresAt) - Date.now()).toBeGreaterThan(59 * 60_000)
    later(50)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('extending a session that is over is refused', async () => {
    const browser = await world.signIn()
    later(61)
    const { status, json } = await browser.fetch('/api/session/extend', { method: 'POST' })
    expect([status, json]).toMatchObject([401, { code: 'session_expired' }])
  })

  test('extending works for a session whose idle time is a minute', async () => {
    const hasty = await World.open({ SESSION_IDLE: '60s' })
    const browser = await hasty.signIn()
    for (let count = 0; count < 6; count += 1) {
      later(0.4)
      const { json } = await browser.fetch('/api/session/extend', { method: 'POST' })
      const { idleExpiresAt, serverTime } = json as Record<string, string>
      expect(Date.parse(idleExpiresAt ?? '') - Date.parse(serverTime ?? '')).toBeGreaterThan(59_000)
    }
    await hasty.close()
  })

  test('extending a session that is signed out at the same time is refused', async () => {
    const memory = openMemoryStore()
    let beforeSwap = () => Promise.resolve()
    const store: Store = {
      ...memory,
      swap: async (...args) => {
        await beforeSwap()
        return memory.swap(...args)
      },
    }
    const raced = await World.open({}, { server: { store } })
    const browser = await raced.signIn()
    const cookie = await browser.cookieHeader()
    later(2)
    beforeSwap = async () => {
      beforeSwap = () => Promise.resolve()
      await browser.fetch('/auth/logout', { method: 'POST' })
    }
    const { statusCode, body } = await request(`${raced.origin}/api/session/extend`, {
      method: 'POST',
      headers: { cookie, 'x-csrf': '1' },
    })
    expect([statusCode, await body.json()]).toMatchObject([401, { code: 'session_revoked' }])
    await raced.close()
  })

  test('extending a session does not move its absolute expiry', async () => {
    const browser = await world.signIn()
    for (let hours = 0; hours < 11.5; hours += 0.5) {
      later(30)
      expect((await browser.fetch('/api/session/extend', { method: 'POST' })).status).toBe(200)
    }
    later(31)
    expect((await browser.fetch('/api/session/extend', { method: 'POST' })).status).toBe(401)
  })
})
