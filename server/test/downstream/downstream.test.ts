import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.setLifetimes({ accessToken: 3_600 })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('GET /api/me', () => {
  test("answers with Graph's body as it is, and its request id", async () => {
    const browser = await world.signIn()
    const { status, headers, json } = await browser.fetch('/api/me')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      '@odata.context': expect.stringContaining('$metadata#users') as string,
      displayName: 'Adele Vance',
      userPrincipalName: adele,
    })
    expect(headers['request-id']).toMatch(/^[\da-f-]{36}$/)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('sends Graph the access token, and nothing of the caller (#19)', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    const headers = { authorization: 'Basic x', 'x-forwarded-for': '1.2.3.4', 'x-evil': 'y' }
    await browser.fetch('/api/me', { headers })
    const [request] = world.emulator.requests('me')
    expect(request?.headers.authorization).toMatch(/^Bearer eyJ/)
    for (const name of ['cookie', 'x-csrf', 'x-forwarded-for', 'x-evil', 'sec-fetch-site']) {
      expect(request?.headers).not.toHaveProperty(name)
    }
  })

  test('without a session is a 401 problem, never a redirect', async () => {
    const answer = await fetch(`${world.origin}/api/me`, { redirect: 'manual' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'not_signed_in', status: 401 })
  })

  test('serves a good token from memory', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    for (let count = 0; count < 5; count += 1) await browser.fetch('/api/me')
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('refreshes an expired token once for a hundred requests at a time (#23)', async () => {
    world.emulator.setLifetimes({ accessToken: 1_800 })
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    later(30)
    world.emulator.clearRequests()
    const answers = await Promise.all(Array.from({ length: 100 }, () => browser.fetch('/api/me')))
    const served = answers.filter(({ status }) => status === 200)
    expect(served.length).toBeGreaterThanOrEqual(8)
    for (const { status } of answers) expect([200, 429]).toContain(status)
    expect(world.emulator.requests('token')).toHaveLength(1)
    expect(world.emulator.requests('me')).toHaveLength(served.length)
  })

  test('goes on with the rotated refresh token the next time', async () => {
    world.emulator.setLifetimes({ accessToken: 600 })
    const browser = await world.signIn()
    const sent = new Set<string | undefined>()
    for (let count = 0; count < 3; count += 1) {
      later(20)
      world.emulator.clearRequests()
      expect((await browser.fetch('/api/me')).status).toBe(200)
      const [refresh, ...others] = world.emulator.requests('token')
      expect(others).toEqual([])
      sent.add(refresh?.form['refresh_token'])
    }
    // The old ones would do as well at Entra: none is sent twice.
    expect(sent.size).toBe(3)
  })

  test('tries one new token when Graph refuses one, and then asks for a sign-in (#20)', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    const refusal = { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } }
    world.emulator.failNext('me', refusal)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(1)

    world.emulator.clearRequests()
    world.emulator.failNext('me', refusal, 2)
    const { status, json } = await browser.fetch('/api/me')
    expect(status).toBe(401)
    expect(json).toMatchObject({
      code: 'reauthentication_required',
      login: { href: expect.stringContaining('/auth/login?loginHint=') as string },
    })
    expect(world.emulator.requests('me')).toHaveLength(2)
  })

  test('asks for a sign-in when the refresh token is dead, and keeps the session', async () => {
    const browser = await world.signIn()
    later(58)
    world.emulator.revokeRefreshTokens(adele)
    const { status, json } = await browser.fetch('/api/me')
    expect(status).toBe(401)
    expect(json).toMatchObject({ code: 'reauthentication_required' })
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })

    world.emulator.clearRequests()
    expect((await browser.fetch('/api/me')).status).toBe(401)
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('goes on with a token that is still good while Entra cannot refresh it (#28)', async () => {
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    later(57)
    world.emulator.failNext('token', { status: 503, body: 'down' })
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('keeps to the pause that Entra asks for, for that session alone, and goes on after it (#28)', async () => {
    world.emulator.setLifetimes({ accessToken: 1_800 })
    const browser = await world.signIn()
    later(31)
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 120 })
    const { status, headers, json } = await browser.fetch('/api/me')
    expect(status).toBe(503)
    expect(headers['retry-after']).toBe('120')
    expect(json).toMatchObject({ code: 'identity_provider_unavailable' })
    world.emulator.clearRequests()
    world.logLines.length = 0
    expect((await browser.fetch('/api/me')).headers['retry-after']).toBe('120')
    expect(world.logLines.join('')).not.toContain('refresh_failed')
    expect((await world.signIn().then((other) => other.fetch('/api/me'))).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(1)
    later(2)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test.each([
    [{ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } }, 403, 'forbidden'],
    [{ status: 404, body: {} }, 404, 'not_found'],
    [{ status: 500, body: {} }, 502, 'upstream_error'],
    [{ status: 502, body: 'bad gateway' }, 502, 'upstream_error'],
    [{ status: 503, body: 'down', retryAfter: 60 }, 502, 'upstream_error'],
    [
      { status: 302, body: '', headers: { location: 'https://evil.example/' } },
      502,
      'upstream_error',
    ],
    [{ status: 200, body: '<h1>Proxy</h1>' }, 502, 'upstream_error'],
    [{ reset: true as const }, 502, 'upstream_error'],
  ])('answers %j of Graph with %i %s, asked once (#21, #22)', async (fault, expected, code) => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    world.emulator.failNext('me', fault)
    const { status, json } = await browser.fetch('/api/me')
    expect(status).toBe(expected)
    expect(json).toMatchObject({ code, status: expected })
    expect(world.emulator.requests('me')).toHaveLength(1)
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test.each([
    ['7', '7'],
    ['999999', '3600'],
    ['soon', '1'],
    ['-5', '1'],
    ['1e3', '1'],
    ['9'.repeat(400), '3600'],
    ['Thu, 01 Jan 2032 00:00:30 GMT', '30'],
    ['Thu, 01 Jan 2032 09:00:00 GMT', '3600'],
    ['Thu, 01 Jan 1970 00:00:00 GMT', '1'],
    [undefined, '1'],
  ])('passes on the pause that Graph asks for: %s (#21)', async (asked, told) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2032, 0, 1) })
    const browser = await world.signIn()
    world.emulator.clearRequests()
    const retryAfter = asked !== undefined && { retryAfter: asked }
    world.emulator.failNext('me', { status: 429, body: {}, ...retryAfter })
    const { status, headers, json } = await browser.fetch('/api/me')
    expect(status).toBe(429)
    expect(headers['retry-after']).toBe(told)
    expect(json).toMatchObject({ code: 'upstream_throttled' })
    expect(world.emulator.requests('me')).toHaveLength(1)
  })

  test('takes no query of the caller (#18)', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    expect((await browser.fetch('/api/me?$select=id')).status).toBe(400)
    expect(world.emulator.requests('me')).toHaveLength(0)
  })

  test.each([
    '/api/me/..%2f..%2fusers',
    '/api/me%2f..',
    '/api/users',
    '/api/me/photo/$value',
    '/api//me',
  ])('is the only way to Graph: %s is not there (#18)', async (path) => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    expect((await browser.fetch(path)).status).toBe(404)
    expect(world.emulator.requests('graph')).toHaveLength(0)
  })
})

test('a pause that Entra asks for one API holds up no other', async () => {
  const browser = await world.signIn()
  world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 600 })
  expect((await browser.fetch('/api/me/calendar')).status).toBe(503)
  expect((await browser.fetch('/api/me')).status).toBe(200)
})

describe('the photo', () => {
  test('comes as an image with its ETag, which is honoured', async () => {
    const browser = await world.signIn()
    const first = await browser.fetch('/api/me/photo')
    expect(first.status).toBe(200)
    expect(first.headers['content-type']).toMatch(/^image\//)
    const etag = String(first.headers['etag'])
    const again = await browser.fetch('/api/me/photo', { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  test('is a 404 problem for somebody without one', async () => {
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/me/photo')
    expect(status).toBe(404)
    expect(json).toMatchObject({ code: 'not_found' })
  })
})

describe('a call with a permission of its own', () => {
  test('leaves a login hint out of a link that is too long for one', async () => {
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, login_hint: 'x'.repeat(321) }))
    const browser = await world.signIn()
    const { json } = await browser.fetch('/api/me/calendar')
    expect(json).toMatchObject({ login: { href: '/auth/login?scopes=Calendars.Read' } })
  })

  test('asks for consent to just that, and works after it', async () => {
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/me/calendar')
    expect(status).toBe(403)
    expect(json).toMatchObject({ code: 'consent_required' })
    const { href } = (json as { login: { href: string } }).login
    const { url } = await browser.goTo(href, world.toEntra)
    expect(url.searchParams.get('scope')).toContain('Calendars.Read')
    expect(url.searchParams.get('scope')).not.toContain('GroupMember')

    await browser.goTo(url.href)
    expect((await browser.fetch('/api/me/calendar')).status).toBe(200)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('is paged by the parameters of its next link', async () => {
    world.emulator.signInAutomaticallyAs('MeganB@contoso.onmicrosoft.com')
    const browser = world.openBrowser()
    await browser.goTo('/auth/login?scopes=GroupMember.Read.All')
    const first = await browser.fetch('/api/me/groups?$top=2')
    const page = first.json as { value: { id: string }[]; '@odata.nextLink': string }
    expect(page.value).toHaveLength(2)
    const { search } = new URL(page['@odata.nextLink'])
    const second = (await browser.fetch(`/api/me/groups${search}`)).json as typeof page
    expect(second.value[0]?.id).not.toBe(page.value[0]?.id)
  })
})
