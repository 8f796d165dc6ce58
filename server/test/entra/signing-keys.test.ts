import { decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { later, pass } from '../support/clock.ts'
import { EntraFront } from '../support/entra-front.ts'
import { World } from '../support/world.ts'

let front: EntraFront
let world: World
let published: JWK
beforeAll(async () => {
  front = await EntraFront.open()
  world = await World.open({}, { emulator: front.options })
  front.standBefore(world.emulator)
  const answer = await fetch(`${world.emulator.url}/common/discovery/v2.0/keys`)
  published = ((await answer.json()) as { keys: [JWK] }).keys[0]
})
afterEach(() => {
  vi.useRealTimers()
  front.answerTokens = (tokens) => tokens
})
afterAll(async () => {
  await world.close()
  front.close()
})

/** Restarts the server, so that it has fetched no document and no keys. */
async function restart(): Promise<void> {
  await world.stopServer()
  await world.startServer()
  world.emulator.clearRequests()
  world.logLines.length = 0
}

/** Answers the next request for keys with these keys. */
function planKeys(...keys: unknown[]): void {
  world.emulator.failNext('keys', { status: 200, body: { keys } })
}

/** A key that signed nothing. */
async function strangeKey(kid: string): Promise<JWK> {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(publicKey)), kid, use: 'sig' }
}

async function signIn(): Promise<unknown> {
  const browser = world.openBrowser()
  const page = await browser.goTo('/auth/login')
  if (page.url.pathname === '/') return 'signed in'
  return ((await browser.reportOf(page)) as { code: string }).code
}

const fetches = () => world.emulator.requests('keys').length

describe('a key set', () => {
  test.each([
    ['null', null],
    ['a text', 'key'],
    ['an empty object', {}],
    ['a key without a modulus', { kty: 'RSA', kid: 'one', e: 'AQAB' }],
    ['a key whose modulus is no text', { kty: 'RSA', kid: 'two', n: 1, e: 'AQAB' }],
    ['a key of another type', { kty: 'EC', kid: 'three', crv: 'P-256', x: 'AA', y: 'AA' }],
    ['a key that is too short', { kty: 'RSA', kid: 'four', n: 'AQAB', e: 'AQAB' }],
  ])('a key set with %s beside a good key lets people sign in', async (_name, element) => {
    await restart()
    planKeys(element, published)
    expect(await signIn()).toBe('signed in')
    expect(fetches()).toBe(1)
  })

  test.each([[[]], [[null]], [[{ kty: 'RSA', kid: 'x' }]]])(
    'a key set without a usable key, %j, does not replace a good one',
    async (keys) => {
      await restart()
      expect(await signIn()).toBe('signed in')
      pass(25 * 3_600)
      world.logLines.length = 0
      planKeys(...keys)
      expect(await signIn()).toBe('signed in')
      expect(await signIn()).toBe('signed in')
      expect(fetches()).toBe(2)
      const warnings = world.logLines.filter((line) => line.includes('the last one stays in use'))
      expect(warnings).toHaveLength(1)
    },
  )

  test('a key set without a usable key is fetched again after a pause, without a restart', async () => {
    await restart()
    planKeys(null)
    expect(await signIn()).toBe('identity_provider_unavailable')
    pass(6)
    expect(await signIn()).toBe('signed in')
  })

  test('a key set in which the right key is unusable is fetched again', async () => {
    await restart()
    planKeys({ kty: 'RSA', kid: published.kid }, await strangeKey('other'))
    expect(await signIn()).toBe('id_token_invalid')
    expect(await signIn()).toBe('id_token_invalid')
    expect(fetches()).toBe(1)
    pass(31)
    expect(await signIn()).toBe('signed in')
  })

  test('a key set that cannot be fetched is requested once by many, and not during the pause', async () => {
    await restart()
    world.emulator.failNext('keys', {
      status: 503,
      body: 'down',
      retryAfter: 120,
      delayMs: 100,
    })
    const outcomes = await Promise.all(Array.from({ length: 20 }, signIn))
    expect(new Set(outcomes)).toEqual(new Set(['identity_provider_unavailable']))
    pass(115)
    expect(await signIn()).toBe('identity_provider_unavailable')
    expect(fetches()).toBe(1)
    pass(6)
    expect(await signIn()).toBe('signed in')
  })

  test('a key set that was fetched while the clock was ahead is not kept longer', async () => {
    await restart()
    later(13 * 60)
    planKeys(await strangeKey('old'))
    expect(await signIn()).toBe('id_token_invalid')
    vi.useRealTimers()
    pass(31)
    expect(await signIn()).toBe('signed in')
  })
})

test('an ID token that names no key is refused, even when the only key signed it', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(publicKey)), kid: 'only', use: 'sig' }
  const signed = (idToken: string, header: { kid?: string }) => {
    return new SignJWT(decodeJwt(idToken))
      .setProtectedHeader({ alg: 'RS256', ...header })
      .sign(privateKey)
  }
  for (const [header, outcome] of [
    [{ kid: 'only' }, 'signed in'],
    [{}, 'id_token_invalid'],
  ] as const) {
    await restart()
    planKeys(key)
    front.answerTokens = async (tokens) => ({
      ...tokens,
      id_token: await signed(tokens.id_token ?? '', header),
    })
    expect(await signIn()).toBe(outcome)
  }
})
