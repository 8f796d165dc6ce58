import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
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

describe('signing out', () => {
  test('a sign-out by a form ends the session and leads to Entra, which leads back home', async () => {
    const browser = await world.signIn()
    const { status, headers } = await browser.submit('/auth/logout')
    expect(status).toBe(303)
    const url = new URL(String(headers['location']))
    expect(url.pathname).toBe(`/${world.emulator.tenantId}/oauth2/v2.0/logout`)
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(`${world.origin}/getAToken`)
    expect(url.searchParams.get('logout_hint')).not.toBe('')
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
    const page = await browser.goTo(url.href)
    expect(page.url.href).toBe(`${world.origin}/login?signedOut`)
  })

  test('a sign-out tells Entra which account to sign out, by the login_hint claim', async () => {
    const hints: unknown[] = []
    world.emulator.tamperNextIdToken((claims) => {
      hints.push(claims['login_hint'])
      return claims
    })
    const browser = await world.signIn()
    const { headers } = await browser.submit('/auth/logout')
    const hint = new URL(String(headers['location'])).searchParams.get('logout_hint')
    expect(hint).toBeTruthy()
    expect([hint]).toEqual(hints)
  })

  test('a sign-out by fetch answers with the address to go to', async () => {
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/auth/logout', { method: 'POST' })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      logoutUrl: expect.stringContaining('/oauth2/v2.0/logout?') as string,
    })
  })

  test('a sign-out clears the cookie with the attributes that it was set with', async () => {
    const browser = await world.signIn()
    const { headers } = await browser.submit('/auth/logout')
    expect([headers['set-cookie']].flat()[0]).toMatch(
      /^sid-\d+=; Max-Age=0; Path=\/; .*HttpOnly; SameSite=Strict/,
    )
    expect(headers['clear-site-data']).toBe('"cache", "storage"')
  })

  test('a sign-out makes the old cookie useless for ever', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    await browser.submit('/auth/logout')
    const answer = await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'session_revoked' })
  })

  test.each([
    ['only reads', 0],
    ['would prolong the session', 2],
  ])('a sign-out is not undone by a request in flight that %s (#25)', async (_name, minutes) => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    later(minutes)
    world.emulator.clearRequests()
    world.emulator.failNext('me', { delayMs: 150 })
    const slow = fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    await vi.waitUntil(() => world.emulator.requests('me').length === 1)
    await browser.submit('/auth/logout')
    expect((await slow).status).toBe(200)
    const after = await fetch(`${world.origin}/api/session`, { headers: { cookie, 'x-csrf': '1' } })
    expect(await after.json()).toMatchObject({ authenticated: false, reason: 'revoked' })
  })

  test('a sign-out discards the tokens of a refresh in flight (#24)', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    await browser.fetch('/api/me')
    world.emulator.clearRequests()
    world.emulator.failNext('me', { status: 401, body: {} })
    world.emulator.failNext('token', { delayMs: 150 })
    const refreshing = fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    await browser.submit('/auth/logout')
    expect((await refreshing).status).toBe(401)
    const after = await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    expect(await after.json()).toMatchObject({ code: 'session_revoked' })
  })

  test('a sign-out accepts POST alone', async () => {
    const browser = await world.signIn()
    const page = await browser.goTo('/auth/logout')
    expect(page.status).toBe(405)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test.each([
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{}],
  ])('a sign-out is refused when the form is not of this app: %j (#15)', async (headers) => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    const answer = await fetch(`${world.origin}/auth/logout`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      redirect: 'manual',
    })
    expect(answer.status).toBe(403)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('a sign-out without a session still leads to the sign-out of Entra', async () => {
    const { status, headers } = await world.openBrowser().submit('/auth/logout')
    expect(status).toBe(303)
    expect(headers['location']).toContain('/oauth2/v2.0/logout')
  })
})

test('a sign-out of a session that has expired erases its tokens too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-sign-out-'))
  const fresh = await World.open({ SESSION_STORE: `file:${folder}` })
  const browser = await fresh.signIn()
  later(61)
  await browser.submit('/auth/logout')
  await fresh.close()
  const db = open({ path: join(folder, 'sessions.mdb'), encoding: 'binary' })
  const keys = [...db.getKeys()].map(String)
  await db.close()
  expect(keys.some((key) => key.startsWith('session:'))).toBe(true)
  expect(keys.filter((key) => key.startsWith('tokens:'))).toEqual([])
  rmSync(folder, { recursive: true })
})
