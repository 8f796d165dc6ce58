import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { laterSeconds } from '../support/clock.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

/** Of a sign-in that never was. */
const report = '/api/errors/aaaaaaaaaaaaaaaaaaaaaa'

let redis: RedisServer
let world: World | undefined
beforeEach(async () => {
  redis = await RedisServer.start()
})
afterEach(async () => {
  vi.useRealTimers()
  await world?.close()
  world = undefined
  await redis.close()
})

/** Two servers that share Redis. */
async function openTwo(RATE_LIMIT: string) {
  world = await World.open({ ...redis.settings, RATE_LIMIT, TRUST_PROXY: 'loopback' })
  return [world.origin, await world.startAnotherServer()] as const
}

async function ask(origin: string, from = '192.0.2.1', path = '/auth/login') {
  const answer = await request(origin + path, { headers: { 'x-forwarded-for': from } })
  await answer.body.dump()
  return answer
}

async function statuses(origins: readonly string[], from?: string): Promise<number[]> {
  const all: number[] = []
  for (const origin of origins) all.push((await ask(origin, from)).statusCode)
  return all
}

describe.skipIf(!hasRedis)('servers that share Redis', () => {
  test('an address that asks several servers has one limit for all of them', async () => {
    const [first, second] = await openTwo('4')
    expect(await statuses([first, second, first, second])).toEqual([302, 302, 302, 302])
    for (const origin of [first, second]) {
      const refused = await ask(origin)
      expect(refused.statusCode).toBe(429)
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    }
    expect(await statuses([first, second], '192.0.2.2')).toEqual([302, 302])
    expect((await ask(first, '192.0.2.1', report)).statusCode).toBe(404)
    laterSeconds(61)
    expect(await statuses([first, second])).toEqual([302, 302])
  })

  test('an IPv6 address that asks several servers counts for its wider networks too', async () => {
    const [first, second] = await openTwo('1')
    const from = (count: number) => `2001:db8:1:${count.toString(16)}::1`
    for (let count = 1; count <= 4; count += 1) {
      expect(await statuses([count % 2 === 0 ? first : second], from(count))).toEqual([302])
    }
    expect(await statuses([first, second], from(5))).toEqual([429, 429])
    expect(await statuses([first], '2001:db8:1:100::1')).toEqual([302])
  })

  test('a network that asks one server too often is refused there, and Redis is not asked', async () => {
    const [first] = await openTwo('2')
    await statuses([first, first])
    redis.cli('config', 'resetstat')
    expect(await statuses([first, first])).toEqual([429, 429])
    expect(redis.cli('info', 'commandstats')).not.toContain('cmdstat_eval')
  })

  test('Redis learns no address, and forgets each count', async () => {
    const [first, second] = await openTwo('9')
    await statuses([first, second, first])
    const counts = redis.cli('keys', 'entra-bff:requests:*').split('\n')
    expect(counts).toHaveLength(1)
    expect(redis.cli('keys', '*')).not.toContain('192.0.2.1')
    const leftMs = Number(redis.cli('pttl', counts[0] ?? ''))
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(120_000)
  })

  test.each([
    ['stops', () => redis.stop()],
    ['is full', () => redis.cli('config', 'set', 'maxmemory', '1')],
  ])(
    'each server counts for itself when Redis %s, and reports of failed sign-ins can be read',
    async (_trouble, cause) => {
      const [first, second] = await openTwo('3')
      expect(await statuses([first])).toEqual([302])
      await cause()
      expect(await statuses([first, first, first])).toEqual([302, 302, 429])
      expect(await statuses([second, second, second, second])).toEqual([302, 302, 302, 429])
      expect((await ask(first, undefined, report)).statusCode).toBe(404)
      expect(world?.logLines.join('')).toContain('requests are counted by this process alone')
    },
  )

  test('a sign-in goes on to Entra while Redis does not answer', async () => {
    const [first] = await openTwo('3')
    redis.pause()
    expect(await statuses([first, first])).toEqual([302, 302])
    redis.resume()
  })
})
