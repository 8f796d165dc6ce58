import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { EntraClient } from '../../src/entra/client.ts'
import { EntraHttp } from '../../src/entra/http.ts'
import type { TokenCache } from '../../src/entra/token-cache.ts'
import { TokenRecords } from '../../src/tokens/token-records.ts'
import { RefreshLeases } from '../../src/tokens/refresh-leases.ts'
import { SessionTokens } from '../../src/tokens/session-tokens.ts'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { RecordNames } from '../../src/store/record-names.ts'
import type { Store } from '../../src/store/store.ts'
import { pass } from '../support/clock.ts'
import { adele, client, registrationAt } from '../support/world.ts'

const scopes = ['User.Read']
const ring = new KeyRing(['s'.repeat(32)])
const ignore = () => undefined

let emulator: Emulator
let entra: EntraClient
let cache: TokenCache
let names: RecordNames
beforeAll(async () => {
  names = await RecordNames.open(openMemoryStore(), ring, 'memory:')
  emulator = await startEmulator({ clients: [registrationAt('http://localhost:3000')] })
  const { authority } = emulator
  const settings = { ...client, authority, prompt: undefined, allowedTenants: [] }
  const http = new EntraHttp({ httpsProxy: undefined, noProxy: '' })
  entra = new EntraClient(settings, http, ignore)
  cache = await signInByDevice()
})
beforeEach(() => {
  emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await entra.close()
  await emulator.close()
})

async function signInByDevice(): Promise<TokenCache> {
  const { deviceCode, userCode } = await entra.device.authorize(scopes)
  emulator.approveDeviceCode(userCode, adele)
  const poll = await entra.device.poll(deviceCode, 'confidential')
  if (poll.kind !== 'granted') throw new Error(poll.kind)
  return (await entra.refreshTokenGrant(poll.refreshToken, scopes, poll.client)).cache
}

function tokensOver(store: Store): SessionTokens {
  const vault = { store, ring, names, onUnknownFormat: ignore }
  const records = new TokenRecords(vault)
  const leases = new RefreshLeases(vault)
  return new SessionTokens({ entra, records, leases, onSilentFailure: ignore })
}

async function tokensIn(store: Store, sessionKey: string): Promise<SessionTokens> {
  const tokens = tokensOver(store)
  await tokens.create(sessionKey, cache, Date.now() + 3_600_000)
  return tokens
}

/** The API refuses the token that is stored. */
function refusal() {
  return { token: cache.accessTokens[0]?.token ?? '' }
}

const points = ['before get', 'after get', 'before swap', 'after swap', 'after lease'] as const
type Point = (typeof points)[number]

/** Lets other pending promises run, `count` times. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve()
}

function isLease(name: string): boolean {
  return name.startsWith('refresh-lease:')
}

/** A store that calls `act` at one point of a request, and delays what comes after that point. */
function interruptedStore(point: Point, act: () => void, answer: number, erase: number): Store {
  const store = openMemoryStore()
  const at = async (reached: Point) => {
    if (reached !== point) return
    act()
    await turns(answer)
  }
  return {
    ...store,
    get: async (key) => {
      await at('before get')
      const found = await store.get(key)
      await at('after get')
      return found
    },
    swap: async (...swap) => {
      const isTokens = !isLease(swap[0])
      if (isTokens) await at('before swap')
      const isWritten = await store.swap(...swap)
      await at(isTokens ? 'after swap' : 'after lease')
      return isWritten
    },
    delete: async (key) => {
      await store.delete(key)
      await turns(erase)
    },
  }
}

describe('the tokens of a session', () => {
  test.each(points)(
    'tokens that are erased %s, while a refresh is in flight, stay erased',
    async (point) => {
      for (let answer = 0; answer < 10; answer += 1) {
        for (let erase = 0; erase < 10; erase += 1) {
          const key = `${point} ${String(answer)} ${String(erase)}`
          let erased: Promise<void> | undefined
          const end = () => {
            erased ??= tokens.erase(key)
          }
          const tokens = await tokensIn(interruptedStore(point, end, answer, erase), key)
          await tokens.accessToken(key, scopes, refusal()).catch(ignore)
          await erased
          await expect(tokens.accessToken(key, scopes), key).rejects.toMatchObject({
            reason: 'interaction_required',
          })
        }
      }
    },
  )

  test('tokens that another process erased while a refresh is in flight serve no call (#24)', async () => {
    const store = openMemoryStore()
    const other = tokensOver(store)
    const shared: Store = {
      ...store,
      swap: async (...swap) => {
        if (!isLease(swap[0])) await other.erase('shared')
        return store.swap(...swap)
      },
    }
    const tokens = await tokensIn(shared, 'shared')
    await expect(tokens.accessToken('shared', scopes, refusal())).rejects.toMatchObject({
      reason: 'interaction_required',
    })
  })

  test('tokens leave memory an hour after their last use, without a sign-out', async () => {
    const store = openMemoryStore()
    const tokens = await tokensIn(store, 'idle')
    await tokens.accessToken('idle', scopes)
    await store.delete('tokens:idle')
    pass(59 * 60)
    await tokens.accessToken('idle', scopes)
    pass(59 * 60)
    await tokens.accessToken('idle', scopes)
    pass(61 * 60)
    await expect(tokens.accessToken('idle', scopes)).rejects.toMatchObject({
      reason: 'interaction_required',
    })
  })
})

test('a token of one API serves no other API, though its permission has the same name', async () => {
  const orders = {
    token: 'for orders',
    expiresAt: Date.now() + 3_600_000,
    scopes: ['api://orders/user.read'],
  }
  const request = { scopes, force: false, claims: undefined }
  const { accessToken, cache: both } = await entra.accessToken(
    { ...cache, accessTokens: [orders] },
    request,
  )
  expect(accessToken.token).not.toBe('for orders')
  expect(both.accessTokens).toEqual([orders, accessToken])
  expect(await entra.accessToken(both, request)).toEqual({ accessToken, cache: both })
  expect(emulator.requests('token')).toHaveLength(1)
})

test('a token that one process refreshes serves the calls of all (#23)', async () => {
  const store = openMemoryStore()
  const [one, two] = [await tokensIn(store, 'shared'), await tokensIn(store, 'shared')]
  const refreshed = await Promise.all([
    one.accessToken('shared', scopes, refusal()),
    two.accessToken('shared', scopes, refusal()),
  ])
  expect(new Set(refreshed).size).toBe(1)
  expect(refreshed).not.toContain(refusal().token)
  const next = [await one.accessToken('shared', scopes), await two.accessToken('shared', scopes)]
  expect(next).toEqual(refreshed)
  expect(emulator.requests('token')).toHaveLength(1)
})

test('a claims challenge is answered by a token that was asked for with its claims', async () => {
  const store = openMemoryStore()
  const [one, two] = [await tokensIn(store, 'asked'), await tokensIn(store, 'asked')]
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
  const before = await one.accessToken('asked', scopes, refusal())
  const after = await two.accessToken('asked', scopes, { ...refusal(), claims })
  expect(after).not.toBe(before)
  expect(emulator.requests('token').at(-1)?.form['claims']).toContain('nbf')
})

test('a refresh that takes longer than a lease keeps its lease, and is still the only one (#23)', async () => {
  const store = openMemoryStore()
  const [one, two] = [await tokensIn(store, 'slow'), await tokensIn(store, 'slow')]
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  emulator.failNext('token', { delayMs: 500 })
  const first = one.accessToken('slow', scopes, refusal())
  await vi.waitUntil(() => emulator.requests('token').length === 1)
  for (let seconds = 0; seconds < 20; seconds += 2) await vi.advanceTimersByTimeAsync(2_000)
  const second = two.accessToken('slow', scopes, refusal())
  expect(await second).toBe(await first)
  expect(emulator.requests('token')).toHaveLength(1)
})

test('a lease that does not end, as after a clock was ahead, holds a refresh up for seconds alone', async () => {
  const store = openMemoryStore()
  let attempts = 0
  const held: Store = {
    ...store,
    swap: (...swap) => {
      if (!isLease(swap[0])) return store.swap(...swap)
      attempts += 1
      return Promise.resolve(false)
    },
  }
  const tokens = await tokensIn(held, 'held')
  const token = tokens.accessToken('held', scopes, refusal())
  await vi.waitUntil(() => attempts > 1)
  expect(emulator.requests('token')).toHaveLength(0)
  pass(16)
  expect(await token).not.toBe(refusal().token)
})
