import type { DeviceLogin } from '@entra-bff/shared'
import { request } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../../src/store/memory.ts'
import { later } from '../../support/clock.ts'
import { deviceLogins } from '../../support/device-login.ts'
import { World } from '../../support/world.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('too many device logins (#34)', () => {
  test('too many device logins of one address are refused for a minute', async () => {
    const limited = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '50' })
    const statuses: number[] = []
    for (let count = 0; count < 7; count += 1) {
      const answer = await limited.openBrowser().fetch(deviceLogins, { method: 'POST' })
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429])
    await limited.close()
  })

  test('too many requests for the status, end or cancellation of device logins are refused too', async () => {
    const limited = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '3' })
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const browser = limited.openBrowser()
      const statuses: number[] = []
      for (let count = 0; count < 4; count += 1) {
        statuses.push((await browser.fetch(`${deviceLogins}/x`, { method })).status)
      }
      expect(statuses).toEqual([404, 404, 404, 429])
    }
    await limited.close()
  })

  test('fifty device logins can be open in each /48 network, so that one network leaves room for others', async () => {
    const { crowded, startFrom } = await openCrowded()
    for (let count = 0; count < 50; count += 1) {
      expect((await startFrom(`2001:db8:1:${count.toString(16)}::1`)).status).toBe(201)
    }
    expect((await startFrom('2001:db8:1:ffff::1')).status).toBe(429)
    expect((await startFrom('2001:db8:2::1')).status).toBe(201)
    expect((await startFrom('192.0.2.1')).status).toBe(201)
    later(26)
    expect((await startFrom('2001:db8:1:ffff::1')).status).toBe(201)
    await crowded.close()
  })

  test('a canceled device login frees its place', async () => {
    const { crowded, startFrom } = await openCrowded()
    const cookies: string[] = []
    for (let count = 0; count < 50; count += 1) {
      const { headers, json } = await startFrom('192.0.2.1')
      const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? ''
      cookies.push(`${(json as DeviceLogin).id} ${cookie}`)
    }
    expect((await startFrom('192.0.2.1')).status).toBe(429)
    const [id = '', cookie = ''] = cookies[0]?.split(' ') ?? []
    const cancelled = await request(`${crowded.origin}${deviceLogins}/${id}`, {
      method: 'DELETE',
      headers: { cookie, 'x-csrf': '1' },
    })
    expect(cancelled.statusCode).toBe(204)
    expect((await startFrom('192.0.2.1')).status).toBe(201)
    await crowded.close()
  })

  test(
    'a device login is refused while a thousand device logins are open',
    { timeout: 60_000 },
    async () => {
      const { crowded, startFrom } = await openCrowded()
      for (let network = 0; network < 20; network += 1) {
        const starts = Array.from({ length: 50 }, () => startFrom(`192.0.2.${String(network)}`))
        await Promise.all(starts)
      }
      const { status, json } = await startFrom('192.0.2.99')
      expect([status, json]).toMatchObject([429, { code: 'rate_limited' }])
      later(26)
      expect((await startFrom('192.0.2.99')).status).toBe(201)
      await crowded.close()
    },
  )
})

/** A server behind a proxy that names the client address. Its store cannot list record names. */
async function openCrowded() {
  const names = () => {
    throw new Error('no request lists the names of records')
  }
  const crowded = await World.open(
    { DEVICE_LOGIN: 'on', TRUST_PROXY: 'loopback' },
    { server: { store: { ...openMemoryStore(), names } } },
  )
  const startFrom = (address: string) =>
    crowded
      .openBrowser()
      .fetch(deviceLogins, { method: 'POST', headers: { 'x-forwarded-for': address } })
  return { crowded, startFrom }
}

describe('device logins', () => {
  test.each(['GET', 'POST'] as const)(
    'one address can ask for device logins no more often than RATE_LIMIT: %s',
    async (method) => {
      const world = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '3' })
      const statuses: number[] = []
      for (let times = 0; times < 4; times += 1) {
        statuses.push((await world.openBrowser().fetch(`${deviceLogins}/x`, { method })).status)
      }
      expect(statuses).toEqual([404, 404, 404, 429])
      await world.close()
    },
  )
})
