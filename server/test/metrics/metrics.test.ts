import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { finishDeviceLogin, startDeviceLogin, statusOf } from '../support/device-login.ts'
import { type Labels, type MeasuredWorld, openMeasuredWorld } from '../support/metrics.ts'
import { TroubledStore } from '../support/troubled-store.ts'
import { adele, type World } from '../support/world.ts'

const store = new TroubledStore()
let measured: MeasuredWorld
let world: World
beforeAll(async () => {
  const settings = { DEVICE_LOGIN: 'on', RATE_LIMIT: '1000', LOG_LEVEL: 'silent' }
  measured = await openMeasuredWorld(settings, { server: { store } })
  world = measured.world
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterEach(() => {
  vi.useRealTimers()
  store.heal()
})
afterAll(() => world.close())

/** How much each metric grows by what happens. */
async function growth(
  happens: () => Promise<unknown>,
  ...metrics: [name: string, labels?: Labels][]
): Promise<number[]> {
  const before = await measured.scrape()
  await happens()
  const after = await measured.scrape()
  return metrics.map(([name, labels]) => after.sum(name, labels) - before.sum(name, labels))
}

const requests = 'entra_bff_http_request_duration_seconds_count'
const signIns = 'entra_bff_sign_ins_total'
const storeCalls = 'entra_bff_store_call_duration_seconds_count'
const upstream = 'entra_bff_upstream_request_duration_seconds_count'
const cache = 'entra_bff_cache_lookups_total'

describe('requests', () => {
  test('a request is counted by its method, the pattern of its route, and its status code', async () => {
    const browser = await world.signIn()
    const grown = await growth(
      async () => {
        await browser.fetch('/api/session')
        await browser.fetch('/api/sessions/somebody', { method: 'DELETE' })
      },
      [requests, { method: 'GET', route: '/api/session', code: '200' }],
      [requests, { method: 'DELETE', route: '/api/sessions/:id', code: '404' }],
    )
    expect(grown).toEqual([1, 1])
  })

  test('paths that somebody invents share one label', async () => {
    const grown = await growth(async () => {
      for (const path of ['/api/invented', '/wp-admin', '/api/me/../../etc']) {
        await world.openBrowser().fetch(path)
      }
    }, [requests, { route: 'other', code: '404' }])
    expect(grown).toEqual([3])
    expect((await measured.scrape()).text).not.toMatch(/invented|wp-admin|etc/)
  })
})

describe('sign-ins and sessions', () => {
  test('a sign-in is counted by its method, as a success and as a session that begins', async () => {
    const grown = await growth(
      () => world.signIn(),
      [signIns, { method: 'redirect', outcome: 'success' }],
      ['entra_bff_sessions_begun_total'],
    )
    expect(grown).toEqual([1, 1])
  })

  test('a sign-in on another device is counted by that method', async () => {
    const grown = await growth(async () => {
      const login = await startDeviceLogin(world.openBrowser())
      world.emulator.approveDeviceCode(login.userCode, adele)
      await statusOf(login)
      await finishDeviceLogin(login)
    }, [signIns, { method: 'device', outcome: 'success' }])
    expect(grown).toEqual([1])
  })

  test('a sign-in that fails is counted by its code', async () => {
    const grown = await growth(async () => {
      world.emulator.failNext('token', { entraError: { error: 'invalid_grant', aadsts: 70008 } })
      await world.openBrowser().goTo('/auth/login')
    }, [signIns, { method: 'redirect', outcome: 'sign_in_expired' }])
    expect(grown).toEqual([1])
  })

  test('a session that ends is counted by the cause', async () => {
    const ended = 'entra_bff_sessions_ended_total'
    const browser = await world.signIn()
    const grown = await growth(
      async () => {
        await world.signIn(browser)
        await browser.submit('/auth/logout')
      },
      [ended, { cause: 'next_sign_in' }],
      [ended, { cause: 'sign_out' }],
    )
    expect(grown).toEqual([1, 1])
  })

  test('pages that listen for events are counted while they listen', async () => {
    const browser = await world.signIn()
    const open = async () => (await measured.scrape()).sum('entra_bff_event_streams')
    const headers = { cookie: await browser.cookieHeader(), 'sec-fetch-site': 'same-origin' }
    const { body } = await request(`${world.origin}/api/session/events`, { headers })
    expect(await open()).toBe(1)
    body.on('error', () => undefined).destroy()
    await vi.waitUntil(async () => (await open()) === 0)
  })

  test('a request that is turned away is counted by its code', async () => {
    const refusals = 'entra_bff_refusals_total'
    const forge = { headers: { 'sec-fetch-site': 'cross-site' } }
    const grown = await growth(
      () => world.openBrowser().fetch('/api/session', forge),
      [refusals, { code: 'csrf_failed' }],
      [refusals, { code: 'rate_limited' }],
    )
    expect(grown).toEqual([1, 0])
  })

  test('a request over a rate limit is counted', async () => {
    const limited = await openMeasuredWorld({ RATE_LIMIT: '1' })
    for (let count = 0; count < 3; count += 1) {
      await limited.world.openBrowser().fetch('/auth/login')
    }
    const labels = { code: 'rate_limited' }
    expect((await limited.scrape()).sum('entra_bff_refusals_total', labels)).toBe(2)
    await limited.world.close()
  })
})

describe('what the server asks of others', () => {
  test('requests to Entra and calls of an API are counted by name and outcome', async () => {
    const grown = await growth(
      async () => {
        const browser = await world.signIn()
        await browser.fetch('/api/me')
        world.emulator.failNext('me', { status: 500, body: {} })
        await browser.fetch('/api/me')
        world.emulator.failNext('me', { reset: true }, 2)
        await browser.fetch('/api/me')
      },
      [upstream, { upstream: 'entra', call: 'token', outcome: '2xx' }],
      [upstream, { upstream: 'api', call: 'me', outcome: '2xx' }],
      [upstream, { upstream: 'api', call: 'me', outcome: '5xx' }],
      [upstream, { upstream: 'api', call: 'me', outcome: 'failed' }],
    )
    expect(grown).toEqual([1, 1, 1, 1])
  })

  test('a call that its caller gives up is counted as canceled, not as failed', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    world.emulator.failNext('me', { hang: true })
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const caller = new AbortController()
    const labels = { upstream: 'api', call: 'me', outcome: 'canceled' }
    const canceled = async () => (await measured.scrape()).sum(upstream, labels)
    const before = await canceled()
    const call = request(`${world.origin}/api/me`, { headers, signal: caller.signal })
    await vi.waitUntil(() => world.emulator.requests('me').length === 1)
    caller.abort()
    await expect(call).rejects.toThrow()
    await vi.waitUntil(async () => (await canceled()) === before + 1)
  })

  test('a refresh is counted by its outcome, and a token that is still good is none', async () => {
    const refreshes = 'entra_bff_token_refreshes_total'
    const browser = await world.signIn()
    const grown = await growth(
      async () => {
        await browser.fetch('/api/me')
        await browser.fetch('/api/me')
        later(59.9)
        await browser.fetch('/api/me')
        world.emulator.revokeRefreshTokens(adele)
        later(59.9)
        await browser.fetch('/api/me')
      },
      [refreshes, { outcome: 'success' }],
      [refreshes, { outcome: 'interaction_required' }],
    )
    expect(grown).toEqual([1, 1])
  })

  test('calls of the store are counted by operation and outcome', async () => {
    const browser = await world.signIn()
    const grown = await growth(
      async () => {
        await browser.fetch('/api/session')
        store.trouble(['get'], () => Promise.reject(new Error('down')))
        await browser.fetch('/api/session')
        store.trouble(['get'], () => {
          throw new Error('down')
        })
        await browser.fetch('/api/session')
      },
      [storeCalls, { operation: 'get', outcome: 'ok' }],
      [storeCalls, { operation: 'get', outcome: 'failed' }],
    )
    expect(grown).toEqual([1, 2])
  })

  test('a cookie, a session and an access token that were used before are hits of their caches', async () => {
    const browser = await world.signIn()
    const used = (result: string): [string, Labels][] =>
      ['cookies', 'sessions', 'tokens'].map((name) => [cache, { cache: name, result }])
    expect(await growth(() => browser.fetch('/api/me'), ...used('miss'))).toEqual([1, 1, 1])
    expect(await growth(() => browser.fetch('/api/me'), ...used('hit'))).toEqual([1, 1, 1])
  })
})

describe('a scrape', () => {
  test('a scrape tells the version, the process and the lag of the event loop', async () => {
    const scrape = await measured.scrape()
    expect(scrape.text).toMatch(/^entra_bff_build_info\{version="\d+\.\d+\.\d+"\} 1$/m)
    expect(scrape.sum('process_resident_memory_bytes')).toBeGreaterThan(0)
    expect(scrape.text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m)
  })

  test('no label of a metric tells a user, a session, an address or a token', async () => {
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    const { text } = await measured.scrape()
    const { json } = await browser.fetch('/api/session')
    const { user } = json as { user: Record<string, string> }
    const cookie = (await browser.cookies())[world.sessionCookie] ?? ''
    for (const secret of [...Object.values(user), cookie, '127.0.0.1', 'localhost', 'eyJ']) {
      expect(text).not.toContain(secret)
    }
  })
})
