import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

let world: World
let origins: string[]
afterEach(() => {
  vi.useRealTimers()
  world.emulator.setLifetimes({ accessToken: 3_600 })
})

async function signIn() {
  const browser = await world.signIn()
  const cookie = await browser.cookieHeader()
  const get = (origin: string, path: string) =>
    fetch(`${origin}${path}`, { headers: { cookie, 'x-csrf': '1' } })
  return { browser, get }
}

describe.each(hasRedis ? ['files', 'Redis'] : ['files'])('three servers that share %s', (kind) => {
  let redis: RedisServer | undefined
  beforeAll(async () => {
    redis = kind === 'Redis' ? await RedisServer.start() : undefined
    world = await World.open({ ...redis?.settings }, { keepsFiles: kind === 'files' })
    const others = [await world.startAnotherServer(), await world.startAnotherServer()]
    origins = [world.origin, ...others]
  })
  afterAll(async () => {
    await world.close()
    await redis?.close()
  })

  test('three servers of one store refresh an expired token once, and serve all requests (#23)', async () => {
    world.emulator.setLifetimes({ accessToken: 1_800 })
    const { get } = await signIn()
    for (const origin of origins) expect((await get(origin, '/api/me')).status).toBe(200)
    later(31)
    world.emulator.clearRequests()
    // All requests come while the token is asked for.
    world.emulator.failNext('token', { delayMs: 300 })
    // Each server takes eight calls of a session at once.
    const requests = Array.from({ length: 24 }, (_, index) =>
      get(origins[index % 3] ?? '', '/api/me'),
    )
    const answers = await Promise.all(requests)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(world.emulator.requests('token')).toHaveLength(1)

    // The tokens in the store are good.
    later(31)
    for (const origin of origins) expect((await get(origin, '/api/me')).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(2)
  })

  test('three servers of one store replace a token that the API refuses once (#20)', async () => {
    const { get } = await signIn()
    for (const origin of origins) expect((await get(origin, '/api/me')).status).toBe(200)
    world.emulator.clearRequests()
    world.emulator.failNext('me', { status: 401, body: {} }, 3)
    world.emulator.failNext('token', { delayMs: 300 })
    const answers = await Promise.all(origins.map((origin) => get(origin, '/api/me')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('three servers of one store write at the same time, and lose neither the session nor its tokens (#26)', async () => {
    const { get } = await signIn()
    for (let round = 0; round < 5; round += 1) {
      later(58)
      const answers = await Promise.all(origins.map((origin) => get(origin, '/api/me')))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    }
    for (const origin of origins) {
      const session = await get(origin, '/api/session')
      expect(await session.json()).toMatchObject({ authenticated: true })
    }
  })

  test('three servers of one store know at once of a sign-out at one of them, also for requests in flight (#25)', async () => {
    const { browser, get } = await signIn()
    for (const origin of origins) expect((await get(origin, '/api/me')).status).toBe(200)
    later(2)
    world.emulator.clearRequests()
    world.emulator.failNext('me', { delayMs: 150 }, 3)
    const slow = origins.map((origin) => get(origin, '/api/me'))
    await vi.waitUntil(() => world.emulator.requests('me').length === 3)
    await browser.submit('/auth/logout')
    await Promise.all(slow)
    for (const origin of origins) {
      const after = await get(origin, '/api/session')
      expect(await after.json()).toMatchObject({ authenticated: false, reason: 'revoked' })
    }
  })
})
