import { afterEach, expect, test, vi } from 'vitest'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

afterEach(() => {
  vi.useRealTimers()
})

test.skipIf(!hasRedis)(
  'when Redis has lost its records, whoever signs in again is known to all servers',
  async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const redis = await RedisServer.start()
    const world = await World.open(redis.settings)
    const browser = await world.signIn()
    redis.cli('flushall')
    expect(await browser.isSignedIn()).toBe(false)
    const other = await world.startAnotherServer()
    await vi.advanceTimersByTimeAsync(5_000)
    await vi.waitUntil(() => world.logLines.some((line) => line.includes('has lost its records')))
    const again = await world.signIn()
    const cookie = await again.cookieHeader()
    const answer = await fetch(`${other}/api/session`, { headers: { cookie } })
    expect(await answer.json()).toMatchObject({ authenticated: true })
    await world.close()
    await redis.close()
  },
)
