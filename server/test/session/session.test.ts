import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { leastDifferent } from '../support/randomness.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, { keepsFiles: true })
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('a session', () => {
  test('a session and its tokens survive a restart of the server', async () => {
    const browser = await world.signIn()
    await world.stopServer()
    await world.startServer()
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
  })

  test('a session that was ended stays ended after a restart', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    await browser.submit('/auth/logout')
    await world.stopServer()
    await world.startServer()
    const answer = await fetch(`${world.origin}/api/session`, {
      headers: { cookie, 'x-csrf': '1' },
    })
    expect(await answer.json()).toMatchObject({ authenticated: false, reason: 'revoked' })
  })

  test('a session that was ended is known as ended for as long as it could have lived', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    await browser.submit('/auth/logout')
    for (const minutes of [2, 12 * 60]) {
      later(minutes)
      const headers = { cookie, 'x-csrf': '1' }
      const answer = await fetch(`${world.origin}/api/me`, { headers })
      expect(await answer.json()).toMatchObject({ code: 'session_revoked' })
    }
  })

  test('a session ends after an hour without use', async () => {
    const browser = await world.signIn()
    later(59)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    later(2)
    expect((await browser.fetch('/api/session')).json).toMatchObject({
      authenticated: false,
      reason: 'expired',
    })
    const { status, json } = await browser.fetch('/api/me')
    expect(status).toBe(401)
    expect(json).toMatchObject({ code: 'session_expired' })
  })

  test('a session is prolonged by calls, and by nothing else', async () => {
    const browser = await world.signIn()
    later(40)
    await browser.fetch('/api/me')
    later(40)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    later(40)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  })

  test('a session ends after twelve hours of use', async () => {
    const browser = await world.signIn()
    for (let hours = 0; hours < 11.5; hours += 0.5) {
      later(30)
      expect((await browser.fetch('/api/me')).status).toBe(200)
    }
    later(31)
    expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'session_expired' })
  })

  test('the session cookie is opaque, HttpOnly and SameSite=Strict, and is for the whole origin', async () => {
    const browser = await world.signIn()
    const [cookie] = (await browser.jar.getCookies(world.origin)).filter(({ key }) =>
      key.startsWith('sid-'),
    )
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'strict', path: '/', hostOnly: true })
    expect(cookie?.value).toMatch(/^[\w-]{43}\.[\w-]{43}$/)
  })

  test('a session id has 256 random bits', async () => {
    const name = world.sessionCookie
    const browsers = await Promise.all(Array.from({ length: 20 }, () => world.signIn()))
    const cookies = await Promise.all(browsers.map((browser) => browser.cookies()))
    const ids = cookies.map((own) => own[name]?.split('.')[0] ?? '')
    expect(leastDifferent(ids)).toBeGreaterThan(10)
  })

  test.each([
    ['cut off', (value: string) => value.slice(0, -1)],
    ['altered', (value: string) => `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`],
    ['another id', (value: string) => `${value.startsWith('x') ? 'y' : 'x'}${value.slice(1)}`],
    ['without a signature', (value: string) => value.split('.')[0] ?? ''],
    ['8 kB', () => 'a'.repeat(8_000)],
    ['badly encoded', () => '%E0%A4%A'],
    ['empty', () => ''],
    ['signed twice', (value: string) => `${value}.${value.split('.')[1] ?? ''}`],
  ])('a session is not found by a cookie that is %s (#11)', async (_name, change) => {
    const browser = await world.signIn()
    const name = world.sessionCookie
    const value = (await browser.cookies())[name] ?? ''
    const answer = await fetch(`${world.origin}/api/me`, {
      headers: { cookie: `${name}=${change(value)}`, 'x-csrf': '1' },
    })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ code: 'not_signed_in' })
  })

  test('of two session cookies, the first alone counts (#11)', async () => {
    const name = world.sessionCookie
    const value = (await (await world.signIn()).cookies())[name] ?? ''
    const planted = `${'a'.repeat(43)}.${'b'.repeat(43)}`
    const statusOf = async (...values: string[]) => {
      const cookie = values.map((one) => `${name}=${one}`).join('; ')
      const headers = { cookie, 'x-csrf': '1' }
      return (await fetch(`${world.origin}/api/me`, { headers })).status
    }
    expect([await statusOf(value, planted), await statusOf(planted, value)]).toEqual([200, 401])
  })
})

describe('the data folder', () => {
  test('the data folder is readable by its owner alone', () => {
    expect(statSync(world.folder).mode & 0o777).toBe(0o700)
    for (const file of ['sessions.mdb', 'session-secret']) {
      expect(statSync(join(world.folder, file)).mode & 0o777).toBe(0o600)
    }
  })

  test('the data folder holds no token, cookie or name in plain text (#39)', async () => {
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    const [request] = world.emulator.requests('me').slice(-1)
    const token = String(request?.headers.authorization).slice('Bearer '.length)
    const cookie = Object.values(await browser.cookies()).join()
    await world.stopServer()
    const bytes = readFileSync(join(world.folder, 'sessions.mdb')).toString('latin1')
    for (const secret of [token, cookie.slice(0, 43), 'AdeleV', 'Vance']) {
      expect(bytes).not.toContain(secret)
    }
    // Three letters alone turn up in encrypted bytes by chance.
    expect(bytes).not.toMatch(/eyJ[\w-]{10}/)
    await world.startServer()
  })
})
