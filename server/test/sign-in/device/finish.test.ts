import type { DeviceLogin, OwnSession } from '@entra-bff/shared'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../../support/browser.ts'
import { laterSeconds } from '../../support/clock.ts'
import {
  deviceLogins,
  finishDeviceLogin,
  startDeviceLogin,
  statusOf,
} from '../../support/device-login.ts'
import { adele, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({ DEVICE_LOGIN: 'on' }, { keepsFiles: true })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('device logins', () => {
  test('a device login leads to a session like any other, with tokens that are refreshed', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 5 })
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login)).toEqual({
      status: 'ready',
      user: { name: 'Adele Vance', username: adele },
    })
    const { browser, id } = login
    expect(await browser.isSignedIn()).toBe(false)
    const { status, json } = await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })
    expect([status, json]).toMatchObject([200, { authenticated: true, user: { username: adele } }])
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
    world.emulator.clearRequests()
    world.emulator.failNext('me', { status: 401, body: {} })
    expect((await browser.fetch('/api/me')).status).toBe(200)
    const [refresh] = world.emulator.requests('token')
    expect(refresh?.form['grant_type']).toBe('refresh_token')
    expect((await browser.fetch(`${deviceLogins}/${id}`)).status).toBe(404)
  })

  test('a device login works from a script with a cookie jar and no browser headers', async () => {
    const headers = { 'x-csrf': '1' }
    const started = await request(`${world.origin}${deviceLogins}`, { method: 'POST', headers })
    const { id, userCode, interval } = (await started.body.json()) as DeviceLogin
    const cookie = String(started.headers['set-cookie']).split(';', 1)[0] ?? ''
    world.emulator.approveDeviceCode(userCode, adele)
    laterSeconds(interval)
    const state = await request(`${world.origin}${deviceLogins}/${id}`, { headers: { cookie } })
    expect(await state.body.json()).toMatchObject({ status: 'ready' })
    const done = await request(`${world.origin}${deviceLogins}/${id}`, {
      method: 'POST',
      headers: { ...headers, cookie },
    })
    expect(done.statusCode).toBe(200)
    const session = [done.headers['set-cookie']].flat().find((line) => line?.startsWith('sid-'))
    const me = await request(`${world.origin}/api/me`, { headers: { cookie: session ?? '' } })
    expect(await me.body.json()).toMatchObject({ displayName: 'Adele Vance' })
  })

  test('a device login ends the session that the browser had', async () => {
    const browser = await world.signIn()
    const before = await browser.cookieHeader()
    const login = await startDeviceLogin(browser)
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    await browser.fetch(`${deviceLogins}/${login.id}`, { method: 'POST' })
    const answer = await request(`${world.origin}/api/me`, { headers: { cookie: before } })
    expect(await answer.body.json()).toMatchObject({ code: 'session_revoked' })
  })

  test.each<[string, (browser: Browser) => Promise<unknown>]>([
    ['has signed in in another way', (browser) => world.signIn(browser)],
    ['has signed out', (browser) => browser.submit('/auth/logout')],
    [
      'has signed out in the list',
      async (browser) => {
        await world.signIn(browser)
        const { json } = await browser.fetch('/api/sessions')
        const own = (json as OwnSession[]).find(({ current }) => current)
        await browser.fetch(`/api/sessions/${own?.id ?? ''}`, { method: 'DELETE' })
      },
    ],
  ])('a ready device login cannot be finished after the person %s', async (_what, act) => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    world.emulator.signInAutomaticallyAs(adele)
    await act(login.browser)
    const finish = await finishDeviceLogin(login)
    expect(finish.status).toBe(404)
    expect((await login.browser.fetch(deviceLogins, { method: 'POST' })).status).toBe(201)
  })

  test('a ready device login expires after five minutes', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    laterSeconds(5 * 60 + 1)
    const { json } = await finishDeviceLogin(login)
    expect(json).toMatchObject({ code: 'not_ready' })
    expect(await statusOf(login, 0)).toMatchObject({ status: 'expired' })
  })

  test('a device login is finished once, however many requests ask for it', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    const finish = () => finishDeviceLogin(login)
    const answers = await Promise.all(Array.from({ length: 10 }, finish))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.every(({ status }) => [200, 404, 409].includes(status))).toBe(true)
  })

  test('a device login is not finished before it is ready', async () => {
    const { browser, id } = await startDeviceLogin(world.openBrowser())
    const { status, json } = await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })
    expect([status, json]).toMatchObject([409, { code: 'not_ready' }])
  })

  test('a device login can be finished again when Entra was unavailable', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    const finish = () => finishDeviceLogin(login)
    world.emulator.failNext('token', { status: 503, body: 'busy' })
    expect((await finish()).json).toMatchObject({ code: 'identity_provider_unavailable' })
    expect((await finish()).status).toBe(200)
  })

  test('a device login that Entra refuses at its end is reported in the log and to the page', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    world.logLines.length = 0
    const entraError = { error: 'invalid_grant', aadsts: 50105 }
    world.emulator.failNext('token', { entraError })
    const finish = await finishDeviceLogin(login)
    expect(finish.json).toMatchObject({ code: 'not_ready' })
    expect(world.logLines.join('')).toContain('"code":"not_assigned"')
    const state = (await statusOf(login)) as { status: string; errorRef: string }
    expect(state.status).toBe('failed')
    const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
    expect(error.json).toMatchObject({ code: 'not_assigned', aadsts: '50105' })
  })

  test('a device login can be canceled by the browser that started it', async () => {
    const { browser, id } = await startDeviceLogin(world.openBrowser())
    expect((await browser.fetch(`${deviceLogins}/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await browser.fetch(`${deviceLogins}/${id}`)).status).toBe(404)
  })

  test('a device login cannot be used by another browser (#34)', async () => {
    const { id } = await startDeviceLogin(world.openBrowser())
    const stranger = world.openBrowser()
    await startDeviceLogin(stranger)
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect((await stranger.fetch(`${deviceLogins}/${id}`, { method })).status).toBe(404)
    }
  })

  test('a device login is not finished again while it is being finished', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 300 })
    const finish = () => finishDeviceLogin(login)
    const first = finish()
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    expect((await finish()).json).toMatchObject({ code: 'not_ready' })
    expect((await first).status).toBe(200)
  })
})
