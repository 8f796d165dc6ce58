import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-device-'))
  world = await World.open({ SESSION_STORE: `file:${folder}`, DEVICE_LOGIN: 'on' })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

describe('the status of a device login', () => {
  test('is told no faster than the interval, and asked of Entra no faster (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    const early = await login.browser.fetch(`${deviceLogins}/${login.id}`)
    expect([early.status, early.headers['retry-after']]).toEqual([429, '5'])
    await statusOf(login)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('is asked of Entra by one of many at once', async () => {
    const { browser, id, interval } = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    laterSeconds(interval)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.fetch(`${deviceLogins}/${id}`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('is asked of Entra by one alone, however long it takes to answer', async () => {
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

  test('slows down when Entra asks for it (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 400, body: { error: 'slow_down' } })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(200)
  })

  test('keeps to a pause that Entra asks for', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 120 })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    world.emulator.clearRequests()
    laterSeconds(100)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect(await statusOf(login, 20)).toMatchObject({ status: 'pending' })
  })

  test('stays pending, and slows down, while Entra is away', async () => {
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
  ])('is final once Entra calls it %s (#34)', async (_name, body, status, code) => {
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
  })

  test('is expired by our own clock too', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    expect(await statusOf(login, 15 * 60 + 1)).toMatchObject({ status: 'expired' })
  })

  test('survives a restart of the server (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    await statusOf(login)
    await world.stopServer()
    await world.startServer()
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login)).toMatchObject({ status: 'ready' })
    expect((await finishDeviceLogin(login)).status).toBe(200)
  })

  test('is that of an ID token which is validated like any other', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, aud: 'somebody-else' }))
    expect(await statusOf(login)).toMatchObject({ status: 'failed' })
  })

  test('is over at its expiry by our own clock, and Entra is not asked any more', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    expect(await statusOf(login, login.expiresIn + 1)).toMatchObject({ status: 'expired' })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('waits twice as long each time that Entra does not answer, a minute at most', async () => {
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
