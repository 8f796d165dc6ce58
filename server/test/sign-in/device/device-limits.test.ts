import type { DeviceLogin } from '@entra-bff/shared'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../../support/browser.ts'
import { leastDifferent } from '../../support/randomness.ts'
import { adele, World } from '../../support/world.ts'

const path = '/api/device-logins'
let world: World
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

async function start(browser = world.openBrowser()): Promise<DeviceLogin & { browser: Browser }> {
  const { json } = await browser.fetch(path, { method: 'POST' })
  return { ...(json as DeviceLogin), browser }
}

/** The status, as somebody sees it who waits that long. */
async function statusAfter(seconds: number, { browser, id }: DeviceLogin & { browser: Browser }) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
  return (await browser.fetch(`${path}/${id}`)).json
}

/** Why it failed, as the page is told. */
async function failureOf(username: string): Promise<unknown> {
  const login = await start()
  world.emulator.approveDeviceCode(login.userCode, username)
  const state = (await statusAfter(login.interval, login)) as { errorRef?: string }
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
    const logins = await Promise.all(Array.from({ length: 20 }, () => start()))
    expect(leastDifferent(logins.map(({ id }) => id))).toBeGreaterThan(10)
  })

  test('is over at its expiry by our own clock, and Entra is not asked any more', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    const login = await start()
    world.emulator.clearRequests()
    expect(await statusAfter(login.expiresIn + 1, login)).toMatchObject({ status: 'expired' })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('is not finished again while it is being finished', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    const login = await start()
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusAfter(login.interval, login)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 300 })
    const finish = () => login.browser.fetch(`${path}/${login.id}`, { method: 'POST' })
    const first = finish()
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    expect((await finish()).json).toMatchObject({ code: 'not_ready' })
    expect((await first).status).toBe(200)
  })

  test('waits twice as long each time that Entra does not answer, a minute at most', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    const login = await start()
    const intervals: unknown[] = []
    let { interval } = login
    for (let times = 0; times < 5; times += 1) {
      world.emulator.failNext('token', { reset: true })
      const state = (await statusAfter(interval, login)) as { interval: number }
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
        statuses.push((await world.openBrowser().fetch(`${path}/x`, { method })).status)
      }
      expect(statuses).toEqual([404, 404, 404, 429])
    },
  )
})
