import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { damaged, expectUnavailable, reads, TroubledStore } from '../support/troubled-store.ts'
import { World } from '../support/world.ts'

const store = new TroubledStore()
let world: World
beforeAll(async () => {
  world = await World.open({}, { server: { store } })
})
afterEach(() => {
  store.heal()
})
afterAll(() => world.close())

/** Damages every record that is read from now on. */
function damageReads(change: (bytes: Uint8Array) => Uint8Array): void {
  store.trouble(reads, async (own) => {
    const bytes = await own()
    return bytes instanceof Uint8Array ? change(bytes) : bytes
  })
}

describe.each(Object.entries(damaged))('a store that gives back %s (#27)', (_name, change) => {
  test('a damaged record makes requests a 503: the caller is neither signed in nor signed out', async () => {
    const browser = await world.signIn()
    damageReads(change)
    for (const path of ['/api/session', '/api/me']) expectUnavailable(await browser.fetch(path))
    store.heal()
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a damaged record does not keep a person from signing out for good', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    damageReads(change)
    expect((await browser.fetch('/auth/logout', { method: 'POST' })).status).toBe(200)
    store.heal()
    const after = await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    expect(await after.json()).toMatchObject({ code: 'session_revoked' })
  })
})
