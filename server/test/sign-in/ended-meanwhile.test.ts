import type { DeviceLogin } from '@entra-bff/shared'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Browser, Page } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { GatedStore } from '../support/gated-store.ts'
import { toCallback, World, type WorldOptions } from '../support/world.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).reverse()) await close()
})

async function open(settings: Record<string, string> = {}, options: WorldOptions = {}) {
  const world = await World.open(settings, options)
  closing.push(() => world.close())
  return world
}

/** A sign-in whose code is being redeemed while `act` happens. */
async function duringRedeem(world: World, browser: Browser, act: () => Promise<unknown>) {
  const { url } = await browser.goTo('/auth/login?returnTo=%2Fsessions', toCallback)
  world.emulator.clearRequests()
  world.emulator.failNext('token', { delayMs: 200 })
  const page = browser.goTo(url.href)
  await vi.waitUntil(() => world.emulator.requests('token').length === 1)
  await act()
  return page
}

async function sessionCookieOf(world: World, browser: Browser) {
  return (await browser.cookies())[world.sessionCookie]
}

async function codeOf(browser: Browser, { url }: Page): Promise<unknown> {
  expect(url.pathname).toBe('/error')
  return ((await browser.reportOf({ url })) as { code: unknown }).code
}

describe('a sign-in whose browser signs out meanwhile', () => {
  test('a sign-out in another tab while the code is redeemed cancels the sign-in', async () => {
    const world = await open()
    const browser = await world.signIn()
    const page = await duringRedeem(world, browser, () => browser.submit('/auth/logout'))
    expect(await codeOf(browser, page)).toBe('signed_out_meanwhile')
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('a sign-out at another server of the same store while the code is redeemed cancels the sign-in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-meanwhile-'))
    closing.push(() => {
      rmSync(folder, { recursive: true })
    })
    const world = await open({ SESSION_STORE: `file:${folder}` })
    const other = await world.startAnotherServer()
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    const headers = { cookie, 'x-csrf': '1' }
    const page = await duringRedeem(world, browser, () =>
      request(`${other}/auth/logout`, { method: 'POST', headers }),
    )
    expect(await codeOf(browser, page)).toBe('signed_out_meanwhile')
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('a sign-out before the answer of Entra cancels the sign-in', async () => {
    const world = await open()
    const browser = await world.signIn()
    const { url } = await browser.goTo('/auth/login', toCallback)
    await browser.submit('/auth/logout')
    expect(await codeOf(browser, await browser.goTo(url.href))).toBe('signed_out_meanwhile')
    expect(await browser.isSignedIn()).toBe(false)
    expect((await browser.goTo('/auth/login')).url.pathname).toBe('/')
  })

  test('a sign-out of a session that began in another tab meanwhile cancels the sign-in', async () => {
    const world = await open()
    const browser = world.openBrowser()
    const first = await browser.goTo('/auth/login', toCallback)
    const second = await browser.goTo('/auth/login', toCallback)
    await browser.goTo(first.url.href)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 200 })
    const page = browser.goTo(second.url.href)
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    await browser.submit('/auth/logout')
    expect(await codeOf(browser, await page)).toBe('signed_out_meanwhile')
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('a sign-out while the next session is being written cancels the sign-in', async () => {
    const store = new GatedStore()
    const world = await open({}, { server: { store } })
    const browser = await world.signIn()
    const { url } = await browser.goTo('/auth/login', toCallback)
    const written = store.holdNextSession()
    const page = browser.goTo(url.href)
    await written
    await browser.submit('/auth/logout')
    store.release()
    expect(await codeOf(browser, await page)).toBe('signed_out_meanwhile')
    expect(await browser.isSignedIn()).toBe(false)
    expect(world.emulator.requests('token')).toHaveLength(2)
  })

  test('a sign-in begins no session, and leads home, when another sign-in of the same browser writes its session first', async () => {
    const store = new GatedStore()
    const world = await open({}, { server: { store } })
    const browser = await world.signIn()
    const { url } = await browser.goTo('/auth/login', toCallback)
    const { url: other } = await browser.goTo('/auth/login', toCallback)
    const written = store.holdNextSession()
    const page = browser.goTo(url.href)
    await written
    expect((await browser.goTo(other.href)).url.pathname).toBe('/')
    const cookie = await sessionCookieOf(world, browser)
    store.release()
    expect((await page).url.pathname).toBe('/')
    expect(await sessionCookieOf(world, browser)).toBe(cookie)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a sign-out while a device login is finished cancels the device login', async () => {
    const world = await open({ DEVICE_LOGIN: 'on' })
    const browser = await world.signIn()
    const { json } = await browser.fetch('/api/device-logins', { method: 'POST' })
    const { id, userCode, interval } = json as DeviceLogin
    world.emulator.approveDeviceCode(userCode, 'MeganB@contoso.onmicrosoft.com')
    later(interval / 60)
    expect((await browser.fetch(`/api/device-logins/${id}`)).json).toMatchObject({
      status: 'ready',
    })
    vi.useRealTimers()
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 200 })
    const finish = browser.fetch(`/api/device-logins/${id}`, { method: 'POST' })
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    await browser.submit('/auth/logout')
    expect(await finish).toMatchObject({ status: 401, json: { code: 'session_revoked' } })
    expect(await browser.isSignedIn()).toBe(false)
  })
})

describe('a sign-in beside other sessions', () => {
  test('a sign-in goes on after a session that had ended before the sign-in began', async () => {
    const world = await open()
    const [browser, elsewhere] = [await world.signIn(), await world.signIn()]
    await elsewhere.fetch('/api/sessions?scope=others', { method: 'DELETE' })
    expect(await browser.isSignedIn()).toBe(false)
    await world.signIn(browser)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test.each(['memory', 'files'])(
    'two simultaneous sign-ins of a signed-in browser both succeed, and one ends the session of the other: in %s',
    async (store) => {
      const inMemory: Record<string, string> =
        store === 'memory' ? { SESSION_STORE: 'memory:' } : {}
      const world = await open(inMemory, { keepsFiles: store === 'files' })
      const browser = await world.signIn()
      const first = await browser.goTo('/auth/login', toCallback)
      const second = await browser.goTo('/auth/login', toCallback)
      const pages = await Promise.all([browser.goTo(first.url.href), browser.goTo(second.url.href)])
      expect(pages.map(({ url }) => url.pathname)).toEqual(['/', '/'])
      expect(await browser.isSignedIn()).toBe(true)
    },
  )
})

test('a sign-out that still carries the cookie of the previous session ends the present session', async () => {
  const world = await open()
  const browser = await world.signIn()
  const cookie = await browser.cookieHeader()
  await world.signIn(browser)
  const headers = { cookie, 'x-csrf': '1' }
  await request(`${world.origin}/auth/logout`, { method: 'POST', headers })
  expect((await browser.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
})
