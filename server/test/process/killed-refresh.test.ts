import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { ChildServer } from '../support/child-server.ts'
import { laterSeconds } from '../support/clock.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { freePort, World } from '../support/world.ts'

afterEach(() => {
  vi.useRealTimers()
})

test.each(hasRedis ? ['files', 'Redis'] : ['files'])(
  'a server that is killed while it refreshes a token signs nobody out: another one that shares its %s refreshes after the lease (#23)',
  async (kind) => {
    const redis = kind === 'Redis' ? await RedisServer.start() : undefined
    const world = await World.open({ ...redis?.settings }, { keepsFiles: kind === 'files' })
    const PORT = String(await freePort())
    const child = new ChildServer(
      { ...world.settings, PORT, PUBLIC_URL: world.origin },
      { cwd: redis?.folder ?? world.folder },
    )
    onTestFinished(async () => {
      await child.end('SIGKILL')
      await world.close()
      await redis?.close()
    })
    await child.listening()
    // The other server would serve a token that has not expired.
    world.emulator.setLifetimes({ accessToken: 0 })
    const browser = await world.signIn()
    world.emulator.setLifetimes({ accessToken: 3_600 })
    world.emulator.clearRequests()
    world.emulator.failNext('token', { hang: true })
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const lost = fetch(`http://localhost:${PORT}/api/me`, { headers }).catch(() => 'lost')
    await vi.waitUntil(() => world.emulator.requests('token').length === 1, 5_000)
    await child.end('SIGKILL')
    expect(await lost).toBe('lost')

    const waiting = browser.fetch('/api/me')
    expect(await browser.isSignedIn()).toBe(true)
    expect(world.emulator.requests('token')).toHaveLength(1)
    laterSeconds(6)
    expect((await waiting).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(2)
    expect(await browser.isSignedIn()).toBe(true)
  },
)
