import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { openEvents } from '../support/event-stream.ts'
import { hasRedis, RedisServer, storeRights } from '../support/redis-server.ts'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { World } from '../support/world.ts'

const recovery = { timeout: 10_000, interval: 50 }
const password = 'hunter2-hunter2'
/** Those that docs/operation.md tells. */
const rights = [...storeRights, '&entra-bff:*', '+cluster', '+publish', '+subscribe']
const ended = 'event: ended\ndata: {"reason":"revoked"}\n\n'

let redis: RedisServer
let world: World
/** Another server of the same store. */
let other: string

/** Waits until both servers hear what the other announces. */
async function bothListen(): Promise<void> {
  const listeners = () => redis.cli('pubsub', 'numsub', 'entra-bff:announcements')
  await vi.waitUntil(() => listeners().endsWith('2'), recovery)
}

/** From now on, no server looks at a session at intervals: only an announcement tells its end. */
function stopLooking(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
}

async function signOut(browser: Browser): Promise<void> {
  expect((await browser.submit('/auth/logout')).status).toBe(303)
}

describe.skipIf(!hasRedis)('servers that share a Redis', () => {
  beforeAll(async () => {
    redis = await RedisServer.start('--user', 'app', 'on', `>${password}`, ...rights)
    const SESSION_STORE = `redis://app:${password}@${redis.address}`
    world = await World.open({ ...redis.settings, SESSION_STORE, LOG_LEVEL: 'warn' })
    other = await world.startAnotherServer()
    await bothListen()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  afterAll(async () => {
    await world.close()
    await redis.close()
  })

  test('a page learns at once that another server ended its session, without a look at intervals', async () => {
    const browser = await world.signIn()
    stopLooking()
    const stream = await openEvents(other, browser)
    await signOut(browser)
    await stream.ended
    expect(stream.text).toContain(ended)
  })

  test('a page learns at once that the operator ended its session', async () => {
    const browser = await world.signIn()
    stopLooking()
    const stream = await openEvents(other, browser)
    const { exitCode } = await runSessionsCommand({ ...world.settings }, 'end', '--all')
    expect(exitCode).toBe(0)
    await stream.ended
    expect(stream.text).toContain(ended)
  })

  test('an announcement of a session that lives ends nothing', async () => {
    const stream = await openEvents(other, await world.signIn())
    for (const name of redis.cli('--scan', '--pattern', 'entra-bff:session:*').split('\n')) {
      redis.cli('publish', 'entra-bff:announcements', name.slice('entra-bff:'.length))
    }
    const browser = await world.signIn()
    const last = await openEvents(other, browser)
    await signOut(browser)
    await last.ended
    expect(stream.isOver).toBe(false)
    stream.body.destroy()
  })

  test('while Redis refuses announcements, a page learns of an end by a look, and nobody waits or fails', async () => {
    // Redis ends the connections that listen, and refuses new ones.
    redis.cli('acl', 'setuser', 'app', 'resetchannels')
    const browser = await world.signIn()
    const stream = await openEvents(other, browser)
    await signOut(browser)
    await stream.ended
    expect(stream.text).toContain(ended)
    await vi.waitUntil(() => world.logLines.join('').includes('NOPERM'), recovery)
    redis.cli('acl', 'setuser', 'app', '&entra-bff:*')
    await bothListen()
    const told = world.logLines.filter((line) => line.includes('refuses to announce'))
    expect(told).toHaveLength(1)
  })

  test('where the servers may listen and not announce, the log says so, and a page learns of an end by a look', async () => {
    const told = () => world.logLines.filter((line) => line.includes('refuses to announce')).length
    const before = told()
    redis.cli('acl', 'setuser', 'app', '-publish')
    redis.cli('client', 'kill', 'type', 'pubsub')
    await vi.waitUntil(() => told() > before, recovery)
    const browser = await world.signIn()
    const stream = await openEvents(other, browser)
    await signOut(browser)
    await stream.ended
    expect(stream.text).toContain(ended)
    redis.cli('acl', 'setuser', 'app', '+publish')
    await bothListen()
    expect(told()).toBe(before + 1)
  })

  test('a connection that listens and is cut off is made anew, and the end that it missed is told', async () => {
    const browser = await world.signIn()
    const stream = await openEvents(other, browser)
    redis.cli('client', 'kill', 'type', 'pubsub')
    await signOut(browser)
    await stream.ended
    expect(stream.text).toContain(ended)

    await bothListen()
    const next = await world.signIn()
    stopLooking()
    const open = await openEvents(other, next)
    await signOut(next)
    await open.ended
    expect(open.text).toContain(ended)
  })
})
