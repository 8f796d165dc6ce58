import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { later } from '../../support/clock.ts'
import {
  deviceLogins,
  finishDeviceLogin,
  startDeviceLogin,
  statusOf,
} from '../../support/device-login.ts'
import { adele, registrationAt, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({ DEVICE_LOGIN: 'on' }, { keepsFiles: true })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('device logins and public client flows', () => {
  function setPublicClientFlows(isAllowed: boolean): void {
    const registration = registrationAt(world.origin)
    world.emulator.registerClient({ ...registration, allowPublicClientFlows: isAllowed })
  }
  afterEach(() => {
    setPublicClientFlows(false)
  })

  /** Whether each token request since the last call carried the client secret. */
  function secretsSent(): boolean[] {
    const sent = world.emulator.requests('token').map(({ form }) => 'client_secret' in form)
    world.emulator.clearRequests()
    return sent
  }

  test.each([
    ['does not allow public client flows', false, [true], [true]],
    ['allows public client flows', true, [true, false], [false]],
  ])(
    'a device login where the registration %s polls as Entra accepts it, also after a restart and in a refresh',
    async (_name, isAllowed, firstPoll, later_) => {
      setPublicClientFlows(isAllowed)
      const login = await startDeviceLogin(world.openBrowser())
      secretsSent()
      expect(await statusOf(login)).toEqual({ status: 'pending', interval: 5 })
      expect(secretsSent()).toEqual(firstPoll)
      await world.stopServer()
      await world.startServer()
      world.emulator.approveDeviceCode(login.userCode, adele)
      expect(await statusOf(login)).toMatchObject({ status: 'ready' })
      expect(secretsSent()).toEqual(later_)
      const { browser, id } = login
      expect((await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })).status).toBe(200)
      expect(secretsSent()).toEqual(later_)
      later(58)
      await world.stopServer()
      await world.startServer()
      expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
      expect(secretsSent()).toEqual(later_)
    },
  )

  test.each([false, true])(
    'a session goes on after the setting for public client flows changed, and remembers: %s',
    async (isAllowed) => {
      setPublicClientFlows(!isAllowed)
      const login = await startDeviceLogin(world.openBrowser())
      world.emulator.approveDeviceCode(login.userCode, adele)
      await statusOf(login)
      await finishDeviceLogin(login)
      setPublicClientFlows(isAllowed)
      secretsSent()
      later(58)
      expect((await login.browser.fetch('/api/me')).status).toBe(200)
      expect(secretsSent()).toEqual([isAllowed, !isAllowed])
      world.emulator.failNext('me', { status: 401, body: {} })
      expect((await login.browser.fetch('/api/me')).status).toBe(200)
      expect(secretsSent()).toEqual([!isAllowed])
    },
  )

  test.each([
    [700025, 2],
    [7000218, 1],
  ])(
    'a device login that fits neither kind of client, AADSTS%i, names the setting in the log',
    async (aadsts, times) => {
      const login = await startDeviceLogin(world.openBrowser())
      world.logLines.length = 0
      world.emulator.failNext('token', { entraError: { error: 'invalid_client', aadsts } }, times)
      const state = (await statusOf(login)) as { status: string; errorRef: string }
      expect(state).toMatchObject({ status: 'failed' })
      const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
      expect(error.json).toMatchObject({ code: 'app_misconfigured', aadsts: String(aadsts) })
      expect(world.logLines.join('')).toContain('Allow public client flows')
    },
  )
})
