import type { DeviceLogin } from '@entra-bff/shared'
import { expect } from 'vitest'
import type { Browser } from './browser.ts'
import { later, laterSeconds } from './clock.ts'
import { adele, toCallback, type World } from './world.ts'

/**
 * Everything people and scripts do here. A new way to sign in is one more row.
 * @param openBrowser a browser whose traffic the test can see
 */
export function flowsOf(
  world: World,
  openBrowser: () => Browser,
): Record<string, () => Promise<void>> {
  return {
    'a sign-in, calls, a refresh and a sign-out': async () => {
      const browser = await world.signIn(openBrowser())
      for (const path of [
        '/api/session',
        '/api/me',
        '/api/me/photo',
        '/api/me/calendar',
        '/readyz',
      ])
        await browser.fetch(path)
      later(58)
      expect((await browser.fetch('/api/me')).status).toBe(200)
      await browser.submit('/auth/logout')
      await browser.fetch('/api/me')
    },
    'a second sign-in over the first, which stays': async () => {
      const browser = await world.signIn(openBrowser())
      await world.signIn(browser)
      expect((await browser.fetch('/api/me')).status).toBe(200)
    },
    'a sign-out by fetch': async () => {
      const browser = await world.signIn(openBrowser())
      await browser.fetch('/auth/logout', { method: 'POST' })
    },
    'a sign-in that Entra refuses': async () => {
      const browser = openBrowser()
      world.emulator.failNext('authorize', { entraError: { error: 'access_denied' } })
      await openReport(browser, await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme'))
    },
    'a code that Entra refuses': async () => {
      const browser = openBrowser()
      world.emulator.failNext('token', { entraError: { error: 'invalid_grant', aadsts: 70008 } })
      await openReport(browser, await browser.goTo('/auth/login'))
    },
    'an answer of Entra that is none': async () => {
      const browser = openBrowser()
      world.emulator.failNext('token', { status: 200, body: {} })
      await openReport(browser, await browser.goTo('/auth/login'))
    },
    'an ID token of another app': async () => {
      const browser = openBrowser()
      world.emulator.tamperNextIdToken((claims) => ({ ...claims, aud: 'another' }))
      await openReport(browser, await browser.goTo('/auth/login'))
    },
    'an ID token for another attempt': async () => {
      const browser = openBrowser()
      world.emulator.tamperNextIdToken((claims) => ({ ...claims, nonce: 'another' }))
      await openReport(browser, await browser.goTo('/auth/login'))
    },
    'a callback in another browser, and once more in its own': async () => {
      const browser = openBrowser()
      const { url } = await browser.goTo('/auth/login', toCallback)
      const other = openBrowser()
      await openReport(other, await other.goTo(url.href))
      await browser.goTo(url.href)
      await browser.goTo(url.href)
      await other.goTo(url.href)
    },
    'a callback with its own state and a foreign code': async () => {
      const browser = openBrowser()
      const { url } = await browser.goTo('/auth/login', toCallback)
      url.searchParams.set('code', 'foreign'.repeat(4))
      await openReport(browser, await browser.goTo(url.href))
    },
    'a refresh that Entra refuses': async () => {
      const browser = await world.signIn(openBrowser())
      later(58)
      world.emulator.revokeRefreshTokens(adele)
      expect((await browser.fetch('/api/me')).status).toBe(401)
    },
    'a refresh while Entra is down': async () => {
      world.emulator.setLifetimes({ accessToken: 1_800 })
      const browser = await world.signIn(openBrowser())
      world.emulator.setLifetimes({ accessToken: 3_600 })
      later(31)
      world.emulator.failNext('token', { status: 503, body: 'down' })
      expect((await browser.fetch('/api/me')).status).toBe(503)
    },
    'a call that Graph refuses': async () => {
      const browser = await world.signIn(openBrowser())
      world.emulator.failNext('me', { status: 401, body: { error: { code: 'Invalid' } } }, 2)
      expect((await browser.fetch('/api/me')).status).toBe(401)
      world.emulator.failNext('me', { reset: true }, 2)
      expect((await browser.fetch('/api/me')).status).toBe(502)
    },
    'a sign-in on another device': async () => {
      const browser = openBrowser()
      const { json } = await browser.fetch('/api/device-logins', { method: 'POST' })
      const { id, userCode, interval } = json as DeviceLogin
      world.emulator.approveDeviceCode(userCode, adele)
      laterSeconds(interval)
      const path = `/api/device-logins/${id}`
      expect((await browser.fetch(path)).json).toMatchObject({ status: 'ready' })
      expect((await browser.fetch(path, { method: 'POST' })).status).toBe(200)
      expect((await browser.fetch('/api/me')).status).toBe(200)
    },
    'requests that no route takes': async () => {
      const browser = await world.signIn(openBrowser())
      const { url } = await browser.goTo('/auth/login', toCallback)
      for (const path of ['/nothing', '/auth/nothing', '/%', '/getAToken/x'])
        await browser.fetch(`${path}${url.search}`)
      await browser.fetch(`/getAToken${url.search}`, { method: 'POST' })
      await browser.fetch(`/api/me${url.search}`)
    },
  }
}

async function openReport(browser: Browser, page: { url: URL }): Promise<void> {
  expect(page.url.pathname).toBe('/error')
  await browser.reportOf(page)
}
