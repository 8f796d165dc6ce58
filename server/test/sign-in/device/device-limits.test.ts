import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  deviceLogins,
  finishDeviceLogin,
  startDeviceLogin,
  statusOf,
} from '../../support/device-login.ts'
import { leastDifferent } from '../../support/randomness.ts'
import { adele, World } from '../../support/world.ts'

let world: World
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

/** Why it failed, as the page is told. */
async function failureOf(username: string): Promise<unknown> {
  const login = await startDeviceLogin(world.openBrowser())
  world.emulator.approveDeviceCode(login.userCode, username)
  const state = (await statusOf(login)) as { errorRef?: string }
  return (await login.browser.fetch(`/api/errors/${state.errorRef ?? ''}`)).json
}

describe('a sign-in on another device', () => {
  test('of a tenant that is not allowed is refused', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    await world.stopServer()
    const contoso = world.emulator.tenantId
    const authority = { AUTHORITY: `${world.emulator.url}/common`, ALLOWED_TENANTS: contoso }
    await world.startServer(authority)
    expect(await failureOf('RobinK@fabrikam.onmicrosoft.com')).toMatchObject({
      code: 'tenant_not_allowed',
    })
  })

  test('takes no ID token with a nonce, for it sent none', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, nonce: 'of another sign-in' }))
    expect(await failureOf(adele)).toMatchObject({ code: 'nonce_mismatch' })
  })

  test('has an id of 256 random bits', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    const logins = await Promise.all(
      Array.from({ length: 20 }, () => startDeviceLogin(world.openBrowser())),
    )
    expect(leastDifferent(logins.map(({ id }) => id))).toBeGreaterThan(10)
  })

  test('is over at its expiry by our own clock, and Entra is not asked any more', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    expect(await statusOf(login, login.expiresIn + 1)).toMatchObject({ status: 'expired' })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('is not finished again while it is being finished', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
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

  test('waits twice as long each time that Entra does not answer, a minute at most', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
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

  test.each(['GET', 'POST'] as const)(
    'is asked for by one address no more often than RATE_LIMIT: %s',
    async (method) => {
      world = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '3' })
      const statuses: number[] = []
      for (let times = 0; times < 4; times += 1) {
        statuses.push((await world.openBrowser().fetch(`${deviceLogins}/x`, { method })).status)
      }
      expect(statuses).toEqual([404, 404, 404, 429])
    },
  )
})
