import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { behindNginx } from '../support/surroundings.ts'
import { undiciTimers } from '../support/undici-timers.ts'
import { World } from '../support/world.ts'

const people = 300
const callsAtOnce = 2
/** Lifetimes of access tokens, in minutes: some have expired at the time of the calls, others expire soon. */
const lifetimes = [30, 50]
const callsAfterMs = 47 * 60_000

/** The page itself is not loaded. */
const isHome = (url: URL) => url.pathname === '/'

interface Session {
  browser: Browser
  username: string
}

let world: World
const sessions: Session[] = []
beforeAll(async () => {
  world = await World.open({ LOG_LEVEL: 'error' })
  const { tenantId, users } = world.emulator
  const usernames = users.filter((user) => user.tenantId === tenantId).map((user) => user.username)
  for (let index = 0; index < people; index += 1) {
    const username = usernames[index % usernames.length] ?? ''
    const browser = world.openBrowser()
    world.emulator.signInAutomaticallyAs(username)
    world.emulator.setLifetimes({ accessToken: (lifetimes[index % lifetimes.length] ?? 0) * 60 })
    await browser.goTo('/auth/login', isHome)
    sessions.push({ username, browser })
  }
}, 60_000)
afterAll(async () => {
  vi.useRealTimers()
  undiciTimers.reset()
  await world.close()
})

// So many connections at once are more than the proxy of the tests takes.
test.skipIf(behindNginx)(
  'three hundred people whose tokens have expired, or expire soon, cause one refresh each (#23)',
  async () => {
    undiciTimers.reset()
    // No time limit ends a call, however busy this machine is.
    const toFake = ['Date', 'setTimeout', 'clearTimeout'] as const
    vi.useFakeTimers({ toFake: [...toFake], now: Date.now() + callsAfterMs })
    world.emulator.clearRequests()
    const calls = sessions.flatMap((session) => Array<Session>(callsAtOnce).fill(session))
    const answers = await Promise.all(calls.map(({ browser }) => browser.fetch('/api/me')))
    for (const [index, { status, json }] of answers.entries()) {
      const userPrincipalName = calls[index]?.username
      expect([status, json]).toMatchObject([200, { userPrincipalName }])
    }
    const sent = world.emulator.requests('token').map(({ form }) => form['refresh_token'])
    expect(sent).toHaveLength(people)
    expect(new Set(sent).size).toBe(people)
    expect(world.complaints).toEqual([])
  },
  60_000,
)
