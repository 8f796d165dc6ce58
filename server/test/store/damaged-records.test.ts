import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { damaged, reads, TroubledStore } from '../support/troubled-store.ts'
import { World } from '../support/world.ts'

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

function expectUnavailable(answer: { status: number; text: string; headers: object }): void {
  expect(answer.status).toBe(503)
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'store_unavailable' })
  expect(answer.text).not.toContain('MDB')
  expect(answer.text).not.toContain('authenticated')
  expect(answer.headers).not.toHaveProperty('set-cookie')
  expect(answer.headers).not.toHaveProperty('clear-site-data')
}

describe.each(Object.entries(damaged))('a store that gives back %s (#27)', (_name, change) => {
  test('a damaged record makes requests a 503: the caller is neither signed in nor signed out', async () => {
    const browser = await world.signIn()
    store.trouble(reads, async (own) => {
      const bytes = await own()
      return bytes instanceof Uint8Array ? change(bytes) : bytes
    })
    for (const path of ['/api/session', '/api/me']) expectUnavailable(await browser.fetch(path))
    store.heal()
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a damaged record does not keep a person from signing out for good', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    store.trouble(reads, async (own) => {
      const bytes = await own()
      return bytes instanceof Uint8Array ? change(bytes) : bytes
    })
    expect((await browser.fetch('/auth/logout', { method: 'POST' })).status).toBe(200)
    store.heal()
    const after = await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    expect(await after.json()).toMatchObject({ code: 'session_revoked' })
  })
})
