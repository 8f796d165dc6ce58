import { request } from 'undici'
import { describe, expect, test, vi } from 'vitest'
import { laterSeconds } from '../support/clock.ts'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

async function statusOf(world: World, path: string, from?: string, method: 'GET' | 'POST' = 'GET') {
  const headers = { 'x-csrf': '1', ...(from && { 'x-forwarded-for': from }) }
  const answer = await request(`${world.origin}${path}`, { method, headers })
  const text = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, text }
}

async function statusesOf(world: World, path: string, times: number, from?: () => string) {
  const statuses: number[] = []
  for (let count = 0; count < times; count += 1) {
    statuses.push((await statusOf(world, path, from?.())).status)
  }
  return statuses
}

describe('an address', () => {
  test.each(['/auth/login', '/getAToken', '/api/errors/aaaaaaaaaaaaaaaaaaaaaa'])(
    'an address that asks for %s too often is told when to come back',
    async (path) => {
      const world = await World.open({ RATE_LIMIT: '3' })
      const statuses = await statusesOf(world, path, 3)
      expect(statuses).not.toContain(429)
      const { status, headers, text } = await statusOf(world, path)
      expect(status).toBe(429)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
      expect(JSON.parse(text)).toMatchObject({ code: 'rate_limited' })
      expect((await statusOf(world, '/api/session')).status).toBe(200)
      await world.close()
    },
  )

  test('an address that asked too often is served again after a minute', async () => {
    const world = await World.open({ RATE_LIMIT: '2' })
    expect(await statusesOf(world, '/auth/login', 3)).toEqual([302, 302, 429])
    laterSeconds(61)
    expect(await statusesOf(world, '/auth/login', 1)).toEqual([302])
    vi.useRealTimers()
    await world.close()
  })

  test('a caller cannot pretend to have many addresses (#38)', async () => {
    const world = await World.open({ RATE_LIMIT: '2' })
    let count = 0
    const from = () => `192.0.2.${String((count += 1))}`
    expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 429])
    await world.close()
  })

  test('a request through a trusted proxy counts by the address of the client', async () => {
    const world = await World.open({ RATE_LIMIT: '2', TRUST_PROXY: 'loopback' })
    let count = 0
    const from = () => `192.0.2.${String((count += 1))}`
    expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 302])
    expect(await statusesOf(world, '/auth/login', 3, () => '192.0.2.99')).toEqual([302, 302, 429])
    await world.close()
  })

  test.each([
    ['IPv4', (port: number) => `203.0.113.7:${String(port)}`, '203.0.113.8:40000', '203.0.113.7'],
    [
      'IPv6',
      (port: number) => `[2001:db8:7::1]:${String(port)}`,
      '[2001:db8:8::1]',
      '2001:db8:7::1',
    ],
  ])(
    'a forwarded address counts without its port: %s',
    async (_version, fromPort, other, plain) => {
      const world = await World.open({ RATE_LIMIT: '2', TRUST_PROXY: 'loopback' })
      let port = 40_000
      const from = () => fromPort((port += 1))
      expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 429])
      expect(await statusesOf(world, '/auth/login', 1, () => other)).toEqual([302])
      const [refused = ''] = world.logLines.filter((line) => line.includes('"audit":"refused"'))
      expect(JSON.parse(refused)).toMatchObject({ address: plain })
      await world.close()
    },
  )

  test('a client address is found behind proxies that add ports, and not where the caller wrote it', async () => {
    const trusted = 'loopback, 10.0.0.0/8, fd00::/8'
    const world = await World.open({ RATE_LIMIT: '2', TRUST_PROXY: trusted })
    let count = 0
    const from = () => {
      count += 1
      return `192.0.2.${String(count)}, 203.0.113.7:4711, [fd00::5]:443, 10.0.0.5:${String(count)}`
    }
    expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 429])
    expect(world.logLines.join('')).toContain('"address":"203.0.113.7"')
    await world.close()
  })

  test.skipIf(behindNginx)(
    'forwarded addresses that are invalid count as one address, appear in no log line, and cause one warning',
    async () => {
      const world = await World.open({ RATE_LIMIT: '2', TRUST_PROXY: 'loopback' })
      let count = 0
      const from = () => `<b>${String((count += 1))}</b>`
      expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 429])
      expect(world.logLines.join('')).not.toContain('<b>')
      const warnings = world.logLines.filter((line) => line.includes('X-Forwarded-For holds'))
      expect(warnings).toHaveLength(1)
      await world.close()
    },
  )

  test('an address can sign out as often as it likes', async () => {
    const world = await World.open({ RATE_LIMIT: '2' })
    const browser = await world.signIn()
    const statuses: number[] = []
    for (let times = 0; times < 5; times += 1) {
      statuses.push((await browser.submit('/auth/logout')).status)
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303])
    await world.close()
  })

  test.each(['/auth/login?returnTo=%2Fsessions', '/getAToken?state=x'])(
    'a person who opens %s too often is led to the Error view, with the time to wait',
    async (path) => {
      const world = await World.open({ RATE_LIMIT: '1' })
      const browser = await world.signIn()
      const { url, headers } = await browser.goTo(path, ({ pathname }) => pathname === '/error')
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(await browser.reportOf({ url })).toMatchObject({
        code: 'rate_limited',
        retry: { label: 'Try again' },
      })
      const log = world.logLines.join('')
      expect(log).toContain('"audit":"refused","code":"rate_limited"')
      expect(log).not.toContain('sign_in_failed')
      await world.close()
    },
  )

  test.each([
    ['/56', 4, (count: number) => `2001:db8:1:${count.toString(16)}::1`],
    ['/48', 16, (count: number) => `2001:db8:1:${(count * 256).toString(16)}::1`],
  ])(
    'an IPv6 address counts for the wider network too: %s holds %i times as many',
    async (_net, times, from) => {
      const world = await World.open({ RATE_LIMIT: '1', TRUST_PROXY: 'loopback' })
      let count = 0
      const next = () => from((count += 1))
      const statuses = await statusesOf(world, '/auth/login', times + 1, next)
      expect(statuses).toEqual([...Array.from({ length: times }, () => 302), 429])
      expect(await statusesOf(world, '/auth/login', 1, () => '2001:db8:2::1')).toEqual([302])
      await world.close()
    },
  )

  test('an IPv6 address that asks too often does not use up the limit of its neighbors', async () => {
    const world = await World.open({ RATE_LIMIT: '1', TRUST_PROXY: 'loopback' })
    await statusesOf(world, '/auth/login', 20, () => '2001:db8:1:1::1')
    expect(await statusesOf(world, '/auth/login', 1, () => '2001:db8:1:2::1')).toEqual([302])
    await world.close()
  })

  test('an IPv6 address counts by its /64 network', async () => {
    const world = await World.open({ RATE_LIMIT: '2', TRUST_PROXY: 'loopback' })
    let count = 0
    const from = () => `2001:db8:1:1::${String((count += 1))}`
    expect(await statusesOf(world, '/auth/login', 3, from)).toEqual([302, 302, 429])
    await world.close()
  })
})
