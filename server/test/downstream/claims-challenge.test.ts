import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { World } from '../support/world.ts'

let world: World
let browser: Browser
beforeAll(async () => {
  world = await World.open()
})
beforeEach(async () => {
  browser = await world.signIn()
  world.emulator.clearRequests()
})
afterAll(() => world.close())

const wanted = { access_token: { acrs: { essential: true, value: 'c1' } } }
const encoded = Buffer.from(JSON.stringify(wanted)).toString('base64')
const challenge = (claims: string) =>
  `Bearer realm="", error="insufficient_claims", claims="${claims}"`

function challengeNext(header: string, times = 1): void {
  const headers = { 'www-authenticate': header }
  world.emulator.failNext('me', { status: 401, headers, body: {} }, times)
}

function claimsOfRefresh(): unknown {
  const [refresh, ...others] = world.emulator.requests('token')
  expect(others).toEqual([])
  return JSON.parse(refresh?.form['claims'] ?? '{}')
}

function hrefOf(answer: { json: unknown }): string {
  return (answer.json as { login: { href: string } }).login.href
}

describe('a claims challenge of Graph (#20)', () => {
  test.each([
    ['alone', challenge(encoded)],
    ['without padding', challenge(encoded.replaceAll('=', ''))],
    ['behind another challenge', `Basic realm="a, b=c \\" d", ${challenge(encoded)}`],
    ['with odd spaces and cases', `bearer Error = "insufficient_claims" ,CLAIMS="${encoded}"`],
    ['said twice', `${challenge(encoded)}, ${challenge(encoded)}`],
  ])(
    'a claims challenge %s is passed on to Entra once, and the call succeeds',
    async (_name, header) => {
      challengeNext(header)
      expect((await browser.fetch('/api/me')).status).toBe(200)
      expect(claimsOfRefresh()).toMatchObject(wanted)
    },
  )

  test.each([
    ['not base64', challenge('%%%')],
    ['no JSON', challenge(Buffer.from('{"a"').toString('base64'))],
    ['a list', challenge(Buffer.from('[1]').toString('base64'))],
    ['of another error', challenge(encoded).replace('insufficient_claims', 'invalid_token')],
    ['of another scheme', challenge(encoded).replace('Bearer', 'Digest')],
    ['16 kB of nonsense', 'a='.repeat(7_000)],
  ])('a claims challenge that is %s counts as a refused token', async (_name, header) => {
    challengeNext(header, 2)
    const { status, json } = await browser.fetch('/api/me')
    expect([status, json]).toMatchObject([401, { code: 'reauthentication_required' }])
    expect(claimsOfRefresh()).not.toHaveProperty('access_token.acrs')
    expect(world.emulator.requests('me')).toHaveLength(2)
  })

  test('a claims challenge that a new token does not satisfy asks for a sign-in that does', async () => {
    challengeNext(challenge(encoded), 2)
    const answer = await browser.fetch('/api/me')
    expect([answer.status, answer.json]).toMatchObject([401, { code: 'claims_challenge' }])
    expect(answer.text).not.toContain('acrs')
    const { url } = await browser.goTo(hrefOf(answer), world.toEntra)
    expect(JSON.parse(url.searchParams.get('claims') ?? '')).toMatchObject(wanted)
    await browser.goTo(url.href)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('claims that Entra asks for in a refresh are passed on to the next sign-in', async () => {
    challengeNext(challenge(encoded))
    const own = JSON.stringify({ id_token: { amr: { essential: true } } })
    const fault = { error: 'interaction_required', suberror: 'basic_action', claims: own }
    world.emulator.failNext('token', { entraError: fault })
    const answer = await browser.fetch('/api/me')
    expect(answer.json).toMatchObject({ code: 'claims_challenge' })
    const { url } = await browser.goTo(hrefOf(answer), ({ origin }) => origin !== world.origin)
    expect(JSON.parse(url.searchParams.get('claims') ?? '')).toHaveProperty('id_token.amr')
  })

  test('a claims challenge of 100 kB makes the answer unreadable', async () => {
    world.emulator.failNext('me', {
      status: 401,
      headers: { 'www-authenticate': challenge('A'.repeat(100_000)) },
      body: {},
    })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
    expect(world.emulator.requests('me')).toHaveLength(1)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a repeated claims challenge is stored once', async () => {
    challengeNext(challenge(encoded), 4)
    const hrefs = [hrefOf(await browser.fetch('/api/me')), hrefOf(await browser.fetch('/api/me'))]
    expect(hrefs[0]).toContain('claims=')
    expect(hrefs[1]).toBe(hrefs[0])
  })

  test('a claims challenge of one call does not affect the other calls', async () => {
    challengeNext(challenge(encoded), 2)
    await browser.fetch('/api/me')
    expect((await browser.fetch('/api/me/photo')).status).toBe(200)
  })
})

test('the query of a sign-in cannot add claims', async () => {
  for (const claims of ['unknown', encodeURIComponent(JSON.stringify(wanted))]) {
    const { url } = await browser.goTo(`/auth/login?claims=${claims}`, world.toEntra)
    expect(url.searchParams.get('claims') ?? '').not.toContain('acrs')
  }
})

test('the server tells Entra at each sign-in and refresh that it handles claims challenges', async () => {
  const capability = { access_token: { xms_cc: { values: ['CP1'] } } }
  const { url } = await browser.goTo('/auth/login', ({ origin }) => origin === world.emulator.url)
  expect(JSON.parse(url.searchParams.get('claims') ?? '{}')).toMatchObject(capability)
  world.emulator.failNext('me', { status: 401, body: {} })
  await browser.fetch('/api/me')
  expect(claimsOfRefresh()).toMatchObject(capability)
})
