import type { SignInError } from '@entra-bff/shared'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser, Page } from '../../support/browser.ts'
import { later, pass } from '../../support/clock.ts'
import { adele, toCallback, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

/** The Error view's report, after checking that nobody is signed in and Entra was asked once at most. */
async function reportOf(page: Page, browser: Browser): Promise<unknown> {
  expect(page.url.pathname).toBe('/error')
  expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  expect(world.emulator.requests('token').length).toBeLessThanOrEqual(1)
  return browser.reportOf(page)
}

/** A sign-in that has come as far as Entra's answer, which is not delivered yet. */
async function answeredSignIn(browser: Browser): Promise<URL> {
  return (await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme', toCallback)).url
}

describe('a callback', () => {
  test.each([
    ['without a state', '?code=abc', 'state_missing'],
    ['with an empty state', '?code=abc&state=', 'state_missing'],
    ['with two states', '?code=abc&state=a&state=b', 'state_missing'],
    ['with a state that is an array', '?code=abc&state[]=a', 'state_missing'],
    ['with a state from nowhere', '?code=abc&state=nowhere', 'state_mismatch'],
    ['with a state of 10 kB', `?code=abc&state=${'a'.repeat(10_000)}`, 'state_mismatch'],
    ['with NUL in the state', '?code=abc&state=%00', 'state_mismatch'],
    ['with a state that is not UTF-8', '?code=abc&state=%ff%fe', 'state_mismatch'],
  ])('%s ends in the Error view (#5)', async (_name, query, code) => {
    const browser = world.openBrowser()
    const page = await browser.goTo(`/getAToken${query}`)
    expect(await reportOf(page, browser)).toMatchObject({ code })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('of another browser ends in the Error view, and leaves the first sign-in usable (#3)', async () => {
    const [attacker, victim] = [world.openBrowser(), world.openBrowser()]
    const answer = await answeredSignIn(attacker)
    const page = await victim.goTo(answer.href)
    expect(await reportOf(page, victim)).toMatchObject({ code: 'state_mismatch' })
    expect((await attacker.goTo(answer.href)).url.pathname).toBe('/result/me')
  })

  test('of another browser changes nothing for somebody who is signed in (#3)', async () => {
    const answer = await answeredSignIn(world.openBrowser())
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    const victim = await world.signIn()
    const own = await answeredSignIn(victim)
    world.emulator.clearRequests()
    const page = await victim.goTo(answer.href)
    expect(await victim.reportOf(page)).toMatchObject({
      code: 'state_mismatch',
    })
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect((await victim.fetch('/api/me')).json).toMatchObject({ displayName: 'Alex Wilber' })
    expect((await victim.goTo(own.href)).url.pathname).toBe('/result/me')
  })

  test('after ten minutes ends in the Error view and says so', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    later(11)
    const page = await browser.goTo(answer.href)
    expect(await reportOf(page, browser)).toMatchObject({
      code: 'state_expired',
      retry: { href: '/auth/login?returnTo=%2Fresult%2Fme', label: 'Start again' },
    })
  })

  test('that is replayed by somebody signed in goes home and changes nothing (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    await browser.goTo(answer.href)
    const cookies = await browser.cookies()
    const page = await browser.goTo(`${answer.pathname}${answer.search}`)
    expect(page.url.pathname).toBe('/')
    expect(await browser.cookies()).toEqual(cookies)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('that is replayed by anybody else ends in the Error view (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    await browser.goTo(answer.href)
    const other = world.openBrowser()
    const page = await other.goTo(answer.href)
    expect(await reportOf(page, other)).toMatchObject({ code: 'state_replayed' })
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('is forgotten when its sign-in could not be finished any more (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    later(9)
    await browser.goTo(answer.href)
    later(12)
    const other = world.openBrowser()
    const page = await other.goTo(answer.href)
    expect(await reportOf(page, other)).toMatchObject({ code: 'state_mismatch' })
  })

  test('sent twenty times at once makes one token request and one session (#1)', async () => {
    const browser = world.openBrowser()
    const { href } = await answeredSignIn(browser)
    const cookie = await browser.jar.getCookieString(href)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(href, { headers: { cookie }, redirect: 'manual' })),
    )
    const signedIn = answers.filter((answer) => answer.headers.get('location') === '/result/me')
    expect(signedIn).toHaveLength(1)
    const others = answers.filter((answer) => answer !== signedIn[0])
    for (const answer of others) {
      expect(answer.headers.get('location')).toMatch(/^\/error\?ref=/)
      expect(answer.headers.getSetCookie().join()).not.toContain('sid-')
    }
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('with the code of another attempt of the same browser is refused (#2)', async () => {
    const browser = world.openBrowser()
    const first = await answeredSignIn(browser)
    const second = await answeredSignIn(browser)
    second.searchParams.set('code', first.searchParams.get('code') ?? '')
    const page = await browser.goTo(second.href)
    expect(await reportOf(page, browser)).toMatchObject({ code: 'sign_in_expired' })
  })

  test('with cookies of foreign names ends in the Error view all the same', async () => {
    const { port } = new URL(world.origin)
    const { statusCode, headers } = await request(`${world.origin}/getAToken?state=x`, {
      headers: { cookie: `err-${port}-a b"(),/=1; tx-${port}-=2; __proto__=3` },
    })
    expect(statusCode).toBe(303)
    expect(headers['location']).toMatch(/^\/error\?ref=/)
  })

  test('with neither code nor error ends in the Error view', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    answer.searchParams.delete('code')
    const page = await browser.goTo(answer.href)
    expect(await reportOf(page, browser)).toMatchObject({ code: 'sign_in_failed' })
  })
})

describe('an error from Entra', () => {
  test.each([
    ['access_denied', 65004, 'access_denied', 'Try again'],
    ['access_denied', undefined, 'access_denied', 'Try again'],
    ['interaction_required', 90094, 'admin_consent_required', 'Try again'],
    ['interaction_required', 50105, 'not_assigned', 'Use a different account'],
    ['access_denied', 53003, 'blocked_by_policy', 'Use a different account'],
    ['login_required', undefined, 'interaction_required', 'Continue'],
    ['server_error', undefined, 'identity_provider_unavailable', 'Try again'],
    ['unheard_of', 999999, 'sign_in_failed', 'Try again'],
    ['constructor', undefined, 'sign_in_failed', 'Try again'],
    ['__proto__', undefined, 'sign_in_failed', 'Try again'],
  ])('%s with AADSTS%s becomes %s', async (error, aadsts, code, label) => {
    const browser = world.openBrowser()
    world.emulator.failNext('authorize', { entraError: { error, ...(aadsts && { aadsts }) } })
    const page = await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme')
    const report = await reportOf(page, browser)
    expect(report).toMatchObject({ code, retry: { label } })
    if (aadsts) expect(report).toMatchObject({ aadsts: String(aadsts) })
    expect(JSON.stringify(report)).toContain('returnTo=%2Fresult%2Fme')
  })

  test('uses the attempt up', async () => {
    const browser = world.openBrowser()
    const { href } = await answeredSignIn(browser)
    const cookie = await browser.jar.getCookieString(href)
    const refused = new URL(href)
    refused.searchParams.delete('code')
    refused.searchParams.set('error', 'access_denied')
    for (const url of [refused.href, href]) {
      const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
      expect(answer.headers.get('location')).toMatch(/^\/error\?ref=/)
    }
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('of a signed-in person who declines one more permission is no cancelled sign-in', async () => {
    const browser = await world.signIn()
    world.emulator.failNext('authorize', {
      entraError: { error: 'access_denied', aadsts: 65004 },
    })
    const query = new URLSearchParams({ scopes: 'Calendars.Read', returnTo: '/result/me/calendar' })
    const page = await browser.goTo(`/auth/login?${query.toString()}`)
    const json = await browser.reportOf(page)
    expect(json).toMatchObject({
      code: 'consent_declined',
      title: 'You did not give this permission',
      back: { href: '/result/me/calendar', label: 'Go back' },
      retry: { label: 'Ask again' },
    })
    expect(JSON.stringify(json)).not.toMatch(/cancel/i)
    expect(await browser.isSignedIn()).toBe(true)
    const { href } = (json as SignInError).retry
    expect((await browser.goTo(href)).url.pathname).toBe('/result/me/calendar')
    expect((await browser.fetch('/api/me/calendar')).status).toBe(200)
  })

  test('of a person who changes the account, or has signed out, is a cancelled sign-in', async () => {
    const entraError = { error: 'access_denied', aadsts: 65004 }
    const signedIn = await world.signIn()
    world.emulator.failNext('authorize', { entraError })
    const changed = await signedIn.goTo('/auth/login?prompt=select_account')
    const json = await signedIn.reportOf(changed)
    expect(json).toMatchObject({ code: 'access_denied' })
    expect(json).not.toHaveProperty('back')

    const stranger = world.openBrowser()
    world.emulator.failNext('authorize', { entraError })
    world.emulator.clearRequests()
    const declined = await stranger.goTo('/auth/login?scopes=Calendars.Read')
    expect(await reportOf(declined, stranger)).toMatchObject({ code: 'access_denied' })
  })

  test('is not shown in words of its own', async () => {
    const browser = world.openBrowser()
    const description = '<script>alert(1)</script>'
    world.emulator.failNext('authorize', { entraError: { error: 'access_denied', description } })
    const page = await browser.goTo('/auth/login')
    expect(JSON.stringify(await reportOf(page, browser))).not.toContain('script')
  })
})

describe('a token endpoint that', () => {
  test.each([
    ['answers 500', { status: 500, body: { error: 'server_error' } }],
    ['answers HTML', { status: 200, body: '<h1>Proxy error</h1>' }],
    ['answers 400 with HTML', { status: 400, body: '<h1>Bad</h1>' }],
    ['answers an empty 200', { status: 200, body: '' }],
    ['answers a JSON array', { status: 200, body: [] }],
    ['answers an empty JSON object', { status: 200, body: {} }],
    ['asks for a pause', { status: 429, body: {}, retryAfter: 7 }],
    ['drops the connection', { reset: true as const }],
  ])('%s ends in the Error view, asked once', async (_name, fault) => {
    const browser = world.openBrowser()
    world.emulator.failNext('token', fault)
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(page, browser)).toMatchObject({ code: 'identity_provider_unavailable' })
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test.each([
    [{ error: 'invalid_client', aadsts: 7000215 }, 'app_misconfigured'],
    [{ error: 'invalid_client', aadsts: 7000222 }, 'app_misconfigured'],
    [{ error: 'interaction_required', aadsts: 50076 }, 'interaction_required'],
    [{ error: 'invalid_scope', aadsts: 70011 }, 'app_misconfigured'],
    [{ error: 'temporarily_unavailable' }, 'identity_provider_unavailable'],
  ])('answers %j is told as %s', async (entraError, code) => {
    const browser = world.openBrowser()
    world.emulator.failNext('token', { entraError })
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(page, browser)).toMatchObject({ code })
  })
})

test.each([70008, 54005, undefined])(
  'a code that Entra calls used or expired (AADSTS%s) is not tried again (#4)',
  async (aadsts) => {
    const browser = world.openBrowser()
    const entraError = { error: 'invalid_grant', ...(aadsts && { aadsts }) }
    world.emulator.failNext('token', { entraError })
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(page, browser)).toMatchObject({
      code: 'sign_in_expired',
      retry: { label: 'Sign in again' },
    })
    expect(world.emulator.requests('token')).toHaveLength(1)
  },
)

describe('an ID token (#6)', () => {
  const guid = '00000000-0000-4000-8000-000000000000'
  test.each<[string, Record<string, unknown>, string]>([
    ['with another nonce', { nonce: 'other' }, 'nonce_mismatch'],
    ['without a nonce', { nonce: undefined }, 'nonce_mismatch'],
    ['for another app', { aud: guid }, 'id_token_invalid'],
    ['for two apps', { aud: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', guid] }, 'id_token_invalid'],
    ['for another azp', { azp: guid }, 'id_token_invalid'],
    ['of another issuer', { iss: 'https://evil.example/v2.0' }, 'id_token_invalid'],
    ['of another tenant', { tid: guid }, 'id_token_invalid'],
    ['with a tenant that is no GUID', { tid: '../x' }, 'id_token_invalid'],
    ['without a tenant', { tid: undefined }, 'id_token_invalid'],
    ['that has expired', { exp: 1_000_000_000 }, 'id_token_invalid'],
    ['whose expiry is a text', { exp: '9999999999' }, 'id_token_invalid'],
    ['without an expiry', { exp: undefined }, 'id_token_invalid'],
    ['that is not valid yet', { nbf: 9_999_999_999 }, 'id_token_invalid'],
    ['from the future', { iat: 9_999_999_999, nbf: undefined }, 'id_token_invalid'],
  ])('%s is refused', async (_name, change, code) => {
    const browser = world.openBrowser()
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, ...change }))
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(page, browser)).toMatchObject({ code })
  })

  test.each([{ alg: 'none' as const }, { alg: 'HS256' as const }, { otherKey: true }])(
    'signed with %j is refused',
    async (options) => {
      const browser = world.openBrowser()
      world.emulator.tamperNextIdToken((claims) => claims, options)
      const page = await browser.goTo('/auth/login')
      expect(await reportOf(page, browser)).toMatchObject({ code: 'id_token_invalid' })
    },
  )

  test.each([
    ['missing', {}],
    ['empty', { id_token: '' }],
    ['no token at all', { id_token: 'x' }],
  ])('that is %s is refused', async (_name, answer) => {
    const browser = world.openBrowser()
    const tokens = {
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: 'a.b.c',
      scope: 'openid',
    }
    world.emulator.failNext('token', { status: 200, body: { ...tokens, ...answer } })
    const page = await browser.goTo('/auth/login')
    expect(page.url.pathname).toBe('/error')
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  })
})

describe('a person who goes to a sign-in that cannot start', () => {
  test.each([
    ['a permission that no call needs', 'scopes=Mail.ReadWrite'],
    ['a prompt that there is not', 'prompt=always'],
    ['a query twice', 'prompt=login&prompt=none'],
    ['a hint that is too long', `loginHint=${'a'.repeat(400)}`],
  ])('reads in the Error view what is wrong: %s', async (_what, query) => {
    const browser = world.openBrowser()
    const page = await browser.goTo(`/auth/login?${query}&returnTo=%2Fsessions`)
    expect(page.visited).toHaveLength(2)
    expect(await reportOf(page, browser)).toMatchObject({
      code: 'invalid_request',
      retry: { href: '/auth/login?returnTo=%2Fsessions', label: 'Start again' },
    })
  })

  test.each(['scopes=Mail.ReadWrite', 'prompt=always'])(
    'is answered with a problem when it is a program: %s',
    async (query) => {
      const { statusCode, headers, body } = await request(`${world.origin}/auth/login?${query}`)
      expect(statusCode).toBe(400)
      expect(await body.json()).toMatchObject({ code: 'invalid_request' })
      expect(headers).not.toHaveProperty('set-cookie')
    },
  )
})

describe('the log', () => {
  const secret = 'TEXT-FROM-OUTSIDE'

  test.each([
    ['a scope', `/auth/login?scopes=${secret}`],
    ['a prompt', `/auth/login?prompt=${secret}`],
    ['a hint', `/auth/login?loginHint=${secret.repeat(40)}`],
    ['a parameter that there is not', `/auth/login?${secret}=1&scopes=x`],
    ['a state', `/getAToken?state=${secret}`],
  ])('holds no value of a query: %s', async (_what, path) => {
    world.logLines.length = 0
    await world.openBrowser().goTo(path)
    expect(world.logLines.join('')).not.toContain(secret)
  })

  test('holds no error text of a callback', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    answer.searchParams.set('error', secret)
    world.logLines.length = 0
    await browser.goTo(answer.href)
    expect(world.logLines.join('')).toContain('an unknown error')
    expect(world.logLines.join('')).not.toContain(secret)
  })

  test('holds a hundred characters of a foreign Origin', async () => {
    world.logLines.length = 0
    const origin = `https://${'a'.repeat(12_000)}.example`
    const { statusCode, body } = await request(`${world.origin}/api/session`, {
      headers: { origin },
    })
    await body.dump()
    expect(statusCode).toBe(403)
    expect(world.logLines.join('')).toContain('https://aaa')
    expect(world.logLines.join('').length).toBeLessThan(2_000)
  })
})

describe('a sign-in error', () => {
  test('is shown to no other browser', async () => {
    const page = await world.openBrowser().goTo('/getAToken?state=x')
    const ref = page.url.searchParams.get('ref') ?? ''
    const { status, json } = await world.openBrowser().fetch(`/api/errors/${ref}`)
    expect(status).toBe(404)
    expect(json).toMatchObject({ code: 'not_found' })
  })

  test('is forgotten after ten minutes', async () => {
    const browser = world.openBrowser()
    const page = await browser.goTo('/getAToken?state=x')
    later(10)
    const ref = page.url.searchParams.get('ref') ?? ''
    expect((await browser.fetch(`/api/errors/${ref}`)).status).toBe(404)
  })
})

test('a sign-in while Entra is down ends in the Error view, and works again after it (#28)', async () => {
  const fresh = await World.open()
  const browser = fresh.openBrowser()
  fresh.emulator.failNext('discovery', { status: 503, body: 'down' })
  const page = await browser.goTo('/auth/login')
  expect(await browser.reportOf(page)).toMatchObject({
    code: 'identity_provider_unavailable',
  })
  pass(6)
  expect((await browser.goTo('/auth/login')).url.pathname).toBe('/')
  await fresh.close()
})
