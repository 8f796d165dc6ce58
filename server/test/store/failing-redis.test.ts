import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { laterSeconds } from '../support/clock.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { expectUnavailable } from '../support/troubled-store.ts'
import { adele, World } from '../support/world.ts'

const megan = 'MeganB@contoso.onmicrosoft.com'
/** The pause of `/readyz` between two writes. */
const writePauseSeconds = 11
const recovery = { timeout: 10_000, interval: 100 }

let redis: RedisServer
let world: World
beforeEach(async () => {
  redis = await RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always')
  world = await World.open({ ...redis.settings, LOG_LEVEL: 'info' })
})
afterEach(async () => {
  vi.useRealTimers()
  redis.resume()
  await world.close()
  await redis.close()
})

async function signInAs(username: string): Promise<Browser> {
  world.emulator.signInAutomaticallyAs(username)
  return world.signIn()
}

async function expectSignedIn(browser: Browser, username = adele): Promise<void> {
  expect((await browser.fetch('/api/session')).json).toMatchObject({
    authenticated: true,
    user: { username },
  })
}

/** Asks after the pause that follows a failed write. */
async function isReady(): Promise<boolean> {
  laterSeconds(writePauseSeconds)
  return (await world.openBrowser().fetch('/readyz')).status === 200
}

/** Each write fails, each read works. */
async function expectReadOnly(browser: Browser): Promise<void> {
  await expectSignedIn(browser)
  expect((await browser.fetch('/api/me')).status).toBe(200)
  const before = await browser.cookies()
  expectUnavailable(await browser.fetch('/auth/logout', { method: 'POST' }))
  expect(await browser.cookies()).toEqual(before)
  const page = await world.openBrowser().goTo('/auth/login')
  expect(page.url.pathname).toBe('/error')
  expect(await isReady()).toBe(false)
}

async function expectRecovery(browser: Browser): Promise<void> {
  await vi.waitUntil(isReady, recovery)
  await expectSignedIn(browser)
  expect((await browser.fetch('/auth/logout', { method: 'POST' })).status).toBe(200)
  await expectSignedIn(await signInAs(adele))
}

describe.skipIf(!hasRedis)('Redis in trouble (#27)', () => {
  test('a Redis that stops makes each call a 503 and signs nobody out, and the server recovers by itself', async () => {
    const browser = await signInAs(adele)
    await redis.stop()
    for (const path of ['/api/session', '/api/me']) expectUnavailable(await browser.fetch(path))
    expectUnavailable(await browser.fetch('/auth/logout', { method: 'POST' }))
    expect((await world.openBrowser().goTo('/auth/login')).url.pathname).toBe('/error')
    expect(await isReady()).toBe(false)
    expect((await world.openBrowser().fetch('/livez')).status).toBe(200)
    const told = () =>
      world.logLines.filter((line) => line.includes('the connection to Redis is lost'))
    await vi.waitUntil(() => told().length > 0)
    await redis.restart()
    await expectRecovery(browser)
    expect(told()).toHaveLength(1)
  })

  test('a Redis that is paused makes a hundred calls at once 503, and serves the next ones when it goes on', async () => {
    const browser = await signInAs(adele)
    redis.pause()
    const calls = Array.from({ length: 100 }, () => browser.fetch('/api/session'))
    for (const answer of await Promise.all(calls)) expectUnavailable(answer)
    // The connection was given up, so that the next call does not wait.
    expectUnavailable(await browser.fetch('/api/session'))
    expect(await isReady()).toBe(false)
    redis.resume()
    await expectRecovery(browser)
  })

  test('a Redis that is full keeps people signed in, signs nobody in, and takes no sign-out until there is room', async () => {
    const browser = await signInAs(adele)
    redis.cli('config', 'set', 'maxmemory', '1')
    await expectReadOnly(browser)
    redis.cli('config', 'set', 'maxmemory', '0')
    await expectRecovery(browser)
  })

  test('a Redis that has become a replica keeps people signed in, and the server recovers when it is a master again', async () => {
    const browser = await signInAs(adele)
    redis.cli('replicaof', '127.0.0.1', '1')
    const signOut = await browser.fetch('/auth/logout', { method: 'POST' })
    expectUnavailable(signOut)
    expect((await world.openBrowser().goTo('/auth/login')).url.pathname).toBe('/error')
    redis.cli('replicaof', 'no', 'one')
    await expectRecovery(browser)
  })

  test('a password that changes makes each call a 503, the log says why, and the old password serves again', async () => {
    const browser = await signInAs(adele)
    redis.cli('config', 'set', 'requirepass', 'other-password')
    redis.cli('-a', 'other-password', 'client', 'kill', 'type', 'normal')
    await vi.waitUntil(async () => !(await isReady()), recovery)
    await vi.waitUntil(() => world.logLines.join('').includes('NOAUTH'), recovery)
    expectUnavailable(await browser.fetch('/api/session'))
    redis.cli('-a', 'other-password', 'config', 'set', 'requirepass', '')
    await expectRecovery(browser)
    expect(world.logLines.join('')).not.toContain('other-password')
  })

  test('with appendonly, sign-ins and sign-outs that were answered hold after Redis was killed (#30)', async () => {
    const [kept, gone] = [await signInAs(adele), await signInAs(megan)]
    const ended = await gone.cookieHeader()
    expect((await gone.fetch('/auth/logout', { method: 'POST' })).status).toBe(200)
    await redis.stop()
    await redis.restart()
    await vi.waitUntil(isReady, recovery)
    await expectSignedIn(kept)
    const headers = { cookie: ended, 'x-csrf': '1' }
    const answer = await fetch(`${world.origin}/api/session`, { headers })
    expect(await answer.json()).toMatchObject({ authenticated: false })
  })

  test('while Redis is killed and started again under load, nobody is signed out or sees another person (#27)', async () => {
    const people = [await signInAs(adele), await signInAs(megan), await signInAs(adele)]
    const names = [adele, megan, adele]
    let isOver = false
    let served = 0
    const load = people.map(async (browser, index) => {
      while (!isOver) {
        const { status, json } = await browser.fetch('/api/session')
        if (status === 200) {
          expect(json).toMatchObject({ authenticated: true, user: { username: names[index] } })
          served += 1
        } else expect(status).toBe(503)
      }
    })
    for (let round = 0; round < 3; round += 1) {
      await redis.stop()
      await redis.restart()
      const before = served
      await vi.waitUntil(() => served > before + 30, recovery)
    }
    isOver = true
    await Promise.all(load)
  })
})
