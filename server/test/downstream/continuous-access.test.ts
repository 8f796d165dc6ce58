import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { loginOf } from '../support/step-up.ts'
import { adele, client, World } from '../support/world.ts'

let world: World
let browser: Browser
beforeAll(async () => {
  world = await World.open(
    { SESSION_IDLE: '12h' },
    { emulator: { automaticUser: adele, lifetimes: {} } },
  )
})
beforeEach(async () => {
  browser = await world.signIn()
  world.emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
  world.emulator.setPolicies([])
})
afterAll(() => world.close())

const claimsIn = (url: URL) => JSON.parse(url.searchParams.get('claims') ?? '{}') as unknown

describe('continuous access evaluation', () => {
  test('the sessions of a person are revoked: Graph refuses the token, and one sign-in mends it', async () => {
    later(10 * 60)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(0)
    world.emulator.revokeSessions(adele)

    const answer = await browser.fetch('/api/me')
    expect([answer.status, answer.json]).toMatchObject([401, { code: 'claims_challenge' }])
    const [refresh, ...others] = world.emulator.requests('token')
    expect(refresh?.form['claims']).toContain('nbf')
    expect(others).toEqual([])

    const href = loginOf(answer, '/result/me')
    expect(claimsIn((await browser.goTo(href, world.toEntra)).url)).toHaveProperty(
      'access_token.nbf',
    )
    expect((await browser.goTo(href)).url.pathname).toBe('/result/me')
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('the handle of a claims challenge is worth nothing once a sign-in has fulfilled it', async () => {
    world.emulator.revokeSessions(adele)
    const href = loginOf(await browser.fetch('/api/me'))
    await browser.goTo(href)
    const { url } = await browser.goTo(href, world.toEntra)
    expect(claimsIn(url)).not.toHaveProperty('access_token.nbf')
  })
})

describe('Conditional Access', () => {
  test.each([
    ['of Graph that demands a second factor', 'graph', 'mfa'],
    ['of Graph that demands to enroll a second factor', 'graph', 'enroll'],
    ['of the app that demands a second factor', client.clientId, 'mfa'],
  ] as const)(
    'a policy %s at a refresh asks for a sign-in, which fulfills it',
    async (_name, target, grant) => {
      world.emulator.setPolicies([{ target, grant }])
      world.emulator.failNext('me', { status: 401, body: {} })
      const answer = await browser.fetch('/api/me')
      expect([answer.status, answer.json]).toMatchObject([401, { code: 'claims_challenge' }])
      const href = loginOf(answer)
      const { url } = await browser.goTo(href, world.toEntra)
      expect(claimsIn(url)).toHaveProperty('access_token.capolids')
      expect((await browser.goTo(href)).url.pathname).toBe('/sessions')
      expect((await browser.fetch('/api/me')).status).toBe(200)
    },
  )

  test('a policy that blocks is told by Entra’s page, and the session goes on without the API', async () => {
    world.emulator.setPolicies([{ target: 'graph', grant: 'block' }])
    world.emulator.failNext('me', { status: 401, body: {} })
    const answer = await browser.fetch('/api/me')
    expect(answer.json).toMatchObject({ code: 'claims_challenge' })
    const page = await browser.goTo(loginOf(answer))
    expect(page.html).toContain('AADSTS53003')
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('claims that Graph demands in a challenge are not fulfilled by a refresh, but by a sign-in', async () => {
    world.emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } })
    const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`
    const headers = { 'www-authenticate': challenge }
    world.emulator.failNext('me', { status: 401, headers, body: {} })
    const answer = await browser.fetch('/api/me')
    expect(answer.json).toMatchObject({ code: 'claims_challenge' })
    expect((await browser.goTo(loginOf(answer))).url.pathname).toBe('/sessions')
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })
})

test('a permission that only an administrator can give is explained, and the person can go back', async () => {
  const answer = await browser.fetch('/api/me/groups')
  expect([answer.status, answer.json]).toMatchObject([403, { code: 'consent_required' }])
  world.emulator.failNext('authorize', { entraError: { error: 'access_denied', aadsts: 90094 } })
  const page = await browser.goTo(loginOf(answer, '/result/me/groups'))
  expect(await browser.reportOf(page)).toMatchObject({
    code: 'admin_consent_required',
    title: 'An administrator has to approve this app',
    back: { href: '/result/me/groups' },
  })
  expect(await browser.isSignedIn()).toBe(true)
})
