import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
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

describe('the status of a device login', () => {
  test('the status of a device login is answered no faster than the interval, and Entra is asked no faster (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    const early = await login.browser.fetch(`${deviceLogins}/${login.id}`)
    expect([early.status, early.headers['retry-after']]).toEqual([429, '5'])
    await statusOf(login)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('one of many simultaneous requests for the status asks Entra', async () => {
    const { browser, id, interval } = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    laterSeconds(interval)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.fetch(`${deviceLogins}/${id}`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('one request for the status alone asks Entra, however long Entra takes to answer', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 150 })
    const slow = statusOf(login)
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    laterSeconds(6)
    const second = await login.browser.fetch(`${deviceLogins}/${login.id}`)
    expect([second.status, second.headers['retry-after']]).toEqual([429, '5'])
    expect(await slow).toMatchObject({ status: 'ready' })
  })

  test('polling slows down when Entra asks for it (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 400, body: { error: 'slow_down' } })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(200)
  })

  test('polling keeps to the pause that Entra asks for', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 120 })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    world.emulator.clearRequests()
    laterSeconds(100)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect(await statusOf(login, 20)).toMatchObject({ status: 'pending' })
  })

  test('a device login stays pending, and polling slows down, while Entra is unavailable', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { reset: true })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login, 10)).toMatchObject({ status: 'ready' })
  })

  test.each([
    ['declined', { error: 'authorization_declined' }, 'declined', 'access_denied'],
    ['expired', { error: 'expired_token' }, 'expired', 'device_code_expired'],
    ['unknown', { error: 'bad_verification_code' }, 'failed', 'sign_in_expired'],
    ['refused', { error: 'invalid_client' }, 'failed', 'app_misconfigured'],
  ])(
    'the status of a device login is final once Entra calls it %s (#34)',
    async (_name, body, status, code) => {
      const login = await startDeviceLogin(world.openBrowser())
      world.emulator.failNext('token', { status: 400, body })
      const state = (await statusOf(login)) as { errorRef: string }
      expect(state).toMatchObject({ status })
      const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
      expect(error.json).toMatchObject({ code, retry: { href: '/login/device' } })
      world.emulator.clearRequests()
      world.logLines.length = 0
      expect(await statusOf(login)).toEqual(state)
      expect(world.emulator.requests('token')).toHaveLength(0)
      expect(world.logLines.join('')).not.toContain('sign_in_failed')
      const { status: started } = await login.browser.fetch(deviceLogins, { method: 'POST' })
      expect(started).toBe(201)
    },
  )

  test('a device login expires by the clock of the server too', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    expect(await statusOf(login, 15 * 60 + 1)).toMatchObject({ status: 'expired' })
  })

  test('a device login survives a restart of the server (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    await statusOf(login)
    await world.stopServer()
    await world.startServer()
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login)).toMatchObject({ status: 'ready' })
    expect((await finishDeviceLogin(login)).status).toBe(200)
  })

  test('a device login is refused when its ID token is invalid', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, aud: 'somebody-else' }))
    expect(await statusOf(login)).toMatchObject({ status: 'failed' })
  })

  test('an expired device login is not polled at Entra any more', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    expect(await statusOf(login, login.expiresIn + 1)).toMatchObject({ status: 'expired' })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('the polling interval doubles each time that Entra does not answer, up to a minute', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    const intervals: unknown[] = []
    let { interval } = login
    for (let times = 0; times < 5; times += 1) {
      world.emulator.failNext('token', { reset: true })
      const state = (await statusOf(login, interval)) as { interval: number }
      intervals.push((interval = state.interval))
    }
    expect(intervals).toEqual([10, 20, 40, 60, 60])
  })
})
