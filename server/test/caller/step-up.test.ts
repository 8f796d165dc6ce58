import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later, laterSeconds } from '../support/clock.ts'
import { loginOf, reportOf, stepUpRoutes } from '../support/step-up.ts'
import { adele, registrationAt, toCallback, World } from '../support/world.ts'

const alex = 'AlexW@contoso.onmicrosoft.com'

let world: World
let browser: Browser
beforeAll(async () => {
  const server = stepUpRoutes({
    '/api/strong': { authenticationContext: 'c1' },
    '/api/stronger': { authenticationContext: 'c2' },
    '/api/recent': { maxAgeSeconds: 600 },
    '/api/now': { maxAgeSeconds: 0 },
    '/api/both': { authenticationContext: 'c1', maxAgeSeconds: 600 },
  })
  world = await World.open({ SESSION_IDLE: '30m' }, { server })
})
beforeEach(async () => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.setPolicies([
    { target: 'c1', grant: 'mfa' },
    { target: 'c2', grant: 'mfa' },
  ])
  browser = await world.signIn()
})
afterEach(() => {
  vi.useRealTimers()
  world.emulator.registerClient(registrationAt(world.origin))
})
afterAll(() => world.close())

/** The query of the sign-in at Entra to which a link of this server leads. */
async function askedOf(href: string, from = browser): Promise<URLSearchParams> {
  return (await from.goTo(href, world.toEntra)).url.searchParams
}

const claimsIn = (query: URLSearchParams) => JSON.parse(query.get('claims') ?? '{}') as unknown

describe('a route that requires an authentication context', () => {
  test('a sign-in without the required authentication context is answered as RFC 9470 says, with the sign-in that has it', async () => {
    const { status, headers, json, text } = await browser.fetch('/api/strong')
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="c1"',
    )
    expect(json).toMatchObject({ code: 'insufficient_user_authentication', status: 401 })
    expect(loginOf({ json })).toMatch(/^\/auth\/login\?loginHint=[^&]+&claims=[\w-]+&/)
    expect(text).not.toContain('acrs')
  })

  test('a step-up asks Entra for just the authentication context, returns to the page, and the call succeeds', async () => {
    const href = loginOf(await browser.fetch('/api/strong'), '/result/me')
    const query = await askedOf(href)
    expect(claimsIn(query)).toMatchObject({ id_token: { acrs: { essential: true, value: 'c1' } } })
    expect(query.has('max_age')).toBe(false)
    expect(query.has('login_hint')).toBe(true)
    expect((await browser.goTo(href)).url.pathname).toBe('/result/me')
    expect((await browser.fetch('/api/strong')).json).toEqual({ done: true })
  })

  test('a step-up replaces the session of the browser, whose cookie is worth nothing afterwards', async () => {
    const before = await browser.cookieHeader()
    await browser.goTo(loginOf(await browser.fetch('/api/strong')))
    const old = await fetch(`${world.origin}/api/strong`, { headers: { cookie: before } })
    expect(await old.json()).toMatchObject({ code: 'session_revoked' })
    expect((await browser.fetch('/api/sessions')).json).toContainEqual(
      expect.objectContaining({ current: true }),
    )
  })

  test('a sign-in that Entra has told the authentication context of needs no step-up', async () => {
    world.emulator.setPolicies([
      { target: 'graph', grant: 'mfa' },
      { target: 'c1', grant: 'mfa' },
    ])
    expect((await (await world.signIn()).fetch('/api/strong')).status).toBe(200)
  })

  test.each([
    ['has none', undefined],
    ['names another one', ['c2']],
    ['is a text', 'c1'],
    ['is a list of lists', [['c1']]],
    ['is an object', { c1: true }],
  ])(
    'a step-up whose acrs claim %s ends in the Error view, without a loop, and the person stays signed in',
    async (_name, acrs) => {
      const href = loginOf(await browser.fetch('/api/strong'))
      world.emulator.clearRequests()
      world.emulator.tamperNextIdToken((claims) => ({ ...claims, acrs }))
      const page = await browser.goTo(href)
      expect(await reportOf(browser, page)).toMatchObject({
        code: 'step_up_failed',
        back: { href: '/sessions' },
      })
      expect(world.emulator.requests('authorize')).toHaveLength(1)
      expect((await browser.fetch('/api/me')).status).toBe(200)
      expect((await browser.fetch('/api/strong')).status).toBe(401)
    },
  )

  test('after a step-up that failed, the Error view leads to the same step-up again', async () => {
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, acrs: undefined }))
    const page = await browser.goTo(loginOf(await browser.fetch('/api/strong')))
    const { retry } = await reportOf(browser, page)
    expect((await browser.goTo(retry?.href ?? '')).url.pathname).toBe('/sessions')
    expect((await browser.fetch('/api/strong')).status).toBe(200)
  })

  test('a person who cancels a step-up stays signed in, and can go back', async () => {
    const href = loginOf(await browser.fetch('/api/strong'))
    world.emulator.failNext('authorize', {
      entraError: { error: 'access_denied', aadsts: 65004 },
    })
    expect(await reportOf(browser, await browser.goTo(href))).toMatchObject({
      code: 'step_up_failed',
      back: { href: '/sessions' },
    })
    expect(await browser.isSignedIn()).toBe(true)
  })
})

describe('a route that requires a recent sign-in', () => {
  test('a sign-in that has become too old is answered as RFC 9470 says, and a step-up sends max_age to Entra', async () => {
    expect((await browser.fetch('/api/recent')).status).toBe(200)
    later(12)
    const answer = await browser.fetch('/api/recent')
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      'Bearer error="insufficient_user_authentication", max_age="600"',
    ])
    const query = await askedOf(loginOf(answer))
    expect(query.get('max_age')).toBe('600')
    expect(claimsIn(query)).not.toHaveProperty('id_token.acrs')
    await browser.goTo(loginOf(answer))
    expect((await browser.fetch('/api/recent')).status).toBe(200)
  })

  test('a new session does not make the proof of the person newer', async () => {
    later(12)
    await world.signIn(browser)
    expect((await browser.fetch('/api/recent')).status).toBe(401)
  })

  test('max_age 0 asks for a new proof each time, and the proof serves for a minute', async () => {
    laterSeconds(61)
    const answer = await browser.fetch('/api/now')
    expect(answer.headers['www-authenticate']).toContain('max_age="0"')
    expect((await askedOf(loginOf(answer))).get('max_age')).toBe('0')
    await browser.goTo(loginOf(answer))
    expect((await browser.fetch('/api/now')).status).toBe(200)
    laterSeconds(61)
    expect((await browser.fetch('/api/now')).status).toBe(401)
  })

  test.each<[string, (now: number) => unknown]>([
    ['missing', () => undefined],
    ['a text', (now) => String(now)],
    ['in the future', (now) => now + 86_400],
    ['too old', (now) => now - 86_400],
    ['no whole number', (now) => now + 0.5],
    ['negative', () => -1],
  ])('a step-up whose auth_time is %s ends in the Error view', async (_name, authTime) => {
    later(12)
    const href = loginOf(await browser.fetch('/api/recent'))
    const auth_time = authTime(Math.floor(Date.now() / 1_000))
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, auth_time }))
    const report = await reportOf(browser, await browser.goTo(href))
    expect(report).toMatchObject({ code: 'step_up_failed' })
    expect((await browser.fetch('/api/recent')).status).toBe(401)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('a sign-in whose auth_time lies in the future counts as one that does not tell', async () => {
    const future = Math.floor(Date.now() / 1_000) + 86_400
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, auth_time: future }))
    await world.signIn(browser)
    expect((await browser.fetch('/api/recent')).status).toBe(401)
  })
})

test('without optional claims in the registration, a step-up is asked for once, and fulfills what it asked for', async () => {
  world.emulator.registerClient({ ...registrationAt(world.origin), optionalIdTokenClaims: [] })
  await world.signIn(browser)
  const answer = await browser.fetch('/api/both')
  expect(answer.headers['www-authenticate']).toBe(
    'Bearer error="insufficient_user_authentication", acr_values="c1", max_age="600"',
  )
  await browser.goTo(loginOf(answer))
  expect((await browser.fetch('/api/both')).status).toBe(200)
})

test('the query of a sign-in can ask for no step-up, and a forged handle stands for nothing', async () => {
  for (const query of ['max_age=0', 'acr_values=c1', 'maxAgeSeconds=0', 'claims=forged-handle']) {
    const asked = await askedOf(`/auth/login?${query}`)
    expect(asked.has('max_age')).toBe(false)
    expect(asked.has('acr_values')).toBe(false)
    expect(claimsIn(asked)).not.toHaveProperty('id_token.acrs')
  }
})

test('the handle of a step-up is worth nothing once a sign-in has fulfilled it', async () => {
  const href = loginOf(await browser.fetch('/api/strong'))
  expect(claimsIn(await askedOf(href))).toHaveProperty('id_token.acrs')
  await browser.goTo(href)
  expect(claimsIn(await askedOf(href))).not.toHaveProperty('id_token.acrs')
})

describe('another account at a step-up', () => {
  test('a step-up by another account is refused, and the session stays that of the first account', async () => {
    const href = loginOf(await browser.fetch('/api/strong'))
    world.emulator.signInAutomaticallyAs(alex)
    const report = await reportOf(browser, await browser.goTo(href))
    expect(report).toMatchObject({ code: 'wrong_account', back: { href: '/sessions' } })
    expect((await browser.fetch('/api/session')).json).toMatchObject({
      user: { username: adele },
    })
    expect((await browser.fetch('/api/strong')).status).toBe(401)
  })

  test('the handle of another person’s step-up gives nobody a session', async () => {
    const href = loginOf(await browser.fetch('/api/strong'))
    world.emulator.signInAutomaticallyAs(alex)
    const other = await world.signIn()
    const report = await reportOf(other, await other.goTo(href))
    expect(report).toMatchObject({ code: 'wrong_account' })
    const stranger = world.openBrowser()
    await reportOf(stranger, await stranger.goTo(href))
    expect(await stranger.isSignedIn()).toBe(false)
  })
})

test('two step-ups of one browser at the same time both succeed', async () => {
  const first = loginOf(await browser.fetch('/api/strong'), '/result/me')
  const second = loginOf(await browser.fetch('/api/stronger'), '/sessions')
  const answers = [await browser.goTo(first, toCallback), await browser.goTo(second, toCallback)]
  const pages = await Promise.all(answers.map(({ url }) => browser.goTo(url.href)))
  expect(pages.map(({ url }) => url.pathname)).toEqual(['/result/me', '/sessions'])
  expect((await browser.fetch('/api/strong')).status).toBe(200)
  expect((await browser.fetch('/api/stronger')).status).toBe(200)
})

test('a step-up whose session expires meanwhile begins a new session', async () => {
  later(25)
  const { url } = await browser.goTo(loginOf(await browser.fetch('/api/strong')), toCallback)
  later(8)
  expect((await browser.fetch('/api/session')).json).toMatchObject({ reason: 'expired' })
  expect((await browser.goTo(url.href)).url.pathname).toBe('/sessions')
  expect((await browser.fetch('/api/strong')).status).toBe(200)
})

test('a step-up whose session is ended meanwhile begins no session', async () => {
  const { url } = await browser.goTo(loginOf(await browser.fetch('/api/strong')), toCallback)
  await browser.submit('/auth/logout')
  const report = await reportOf(browser, await browser.goTo(url.href))
  expect(report).toMatchObject({ code: 'signed_out_meanwhile' })
  expect(await browser.isSignedIn()).toBe(false)
})

test('a step-up answers with less than 4 kB of headers, with the longest hint and way back', async () => {
  world.emulator.tamperNextIdToken((claims) => ({ ...claims, login_hint: 'h'.repeat(320) }))
  await world.signIn(browser)
  later(12)
  const href = loginOf(await browser.fetch('/api/both'), `/result/me?${'q'.repeat(500)}`)
  const { headers } = await browser.goTo(href, world.toEntra)
  expect(Buffer.byteLength(JSON.stringify(headers))).toBeLessThan(4_096)
})

test('a route that requires a step-up is closed to who is not signed in', async () => {
  const { status, json } = await world.openBrowser().fetch('/api/strong')
  expect([status, json]).toMatchObject([401, { code: 'not_signed_in' }])
})
