import type { SignInError } from '@entra-bff/shared'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { pass } from '../../support/clock.ts'
import { answeredSignIn, reportOf } from '../../support/failed-sign-in.ts'
import { adele, World } from '../../support/world.ts'

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
  ])('the error %s from Entra with AADSTS%s becomes %s', async (error, aadsts, code, label) => {
    const browser = world.openBrowser()
    world.emulator.failNext('authorize', { entraError: { error, ...(aadsts && { aadsts }) } })
    const page = await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme')
    const report = await reportOf(world, page, browser)
    expect(report).toMatchObject({ code, retry: { label } })
    if (aadsts) expect(report).toMatchObject({ aadsts: String(aadsts) })
    expect(JSON.stringify(report)).toContain('returnTo=%2Fresult%2Fme')
  })

  test('an error from Entra uses the sign-in attempt up', async () => {
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

  test('a signed-in person who declines one more permission stays signed in, and can ask again', async () => {
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

  test('a person who declines while changing the account or without a session has canceled the sign-in', async () => {
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
    expect(await reportOf(world, declined, stranger)).toMatchObject({ code: 'access_denied' })
  })

  test('the error text of Entra is not shown', async () => {
    const browser = world.openBrowser()
    const description = '<script>alert(1)</script>'
    world.emulator.failNext('authorize', { entraError: { error: 'access_denied', description } })
    const page = await browser.goTo('/auth/login')
    expect(JSON.stringify(await reportOf(world, page, browser))).not.toContain('script')
  })
})

describe('the token endpoint', () => {
  test.each([
    ['answers 500', { status: 500, body: { error: 'server_error' } }],
    ['answers HTML', { status: 200, body: '<h1>Proxy error</h1>' }],
    ['answers 400 with HTML', { status: 400, body: '<h1>Bad</h1>' }],
    ['answers an empty 200', { status: 200, body: '' }],
    ['answers a JSON array', { status: 200, body: [] }],
    ['answers an empty JSON object', { status: 200, body: {} }],
    ['asks for a pause', { status: 429, body: {}, retryAfter: 7 }],
    ['drops the connection', { reset: true as const }],
  ])(
    'a token endpoint that %s ends the sign-in in the Error view, and is asked once',
    async (_name, fault) => {
      const browser = world.openBrowser()
      world.emulator.failNext('token', fault)
      const page = await browser.goTo('/auth/login')
      expect(await reportOf(world, page, browser)).toMatchObject({
        code: 'identity_provider_unavailable',
      })
      expect(world.emulator.requests('token')).toHaveLength(1)
    },
  )

  test.each([
    [{ error: 'invalid_client', aadsts: 7000215 }, 'app_misconfigured'],
    [{ error: 'invalid_client', aadsts: 7000222 }, 'app_misconfigured'],
    [{ error: 'interaction_required', aadsts: 50076 }, 'interaction_required'],
    [{ error: 'invalid_scope', aadsts: 70011 }, 'app_misconfigured'],
    [{ error: 'temporarily_unavailable' }, 'identity_provider_unavailable'],
  ])('an error of the token endpoint, %j, is reported as %s', async (entraError, code) => {
    const browser = world.openBrowser()
    world.emulator.failNext('token', { entraError })
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(world, page, browser)).toMatchObject({ code })
  })
})

test.each([70008, 54005, undefined])(
  'a code that Entra calls used or expired (AADSTS%s) is not tried again (#4)',
  async (aadsts) => {
    const browser = world.openBrowser()
    const entraError = { error: 'invalid_grant', ...(aadsts && { aadsts }) }
    world.emulator.failNext('token', { entraError })
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(world, page, browser)).toMatchObject({
      code: 'sign_in_expired',
      retry: { label: 'Sign in again' },
    })
    expect(world.emulator.requests('token')).toHaveLength(1)
  },
)

test('a sign-in while Entra is down ends in the Error view, and a later sign-in works (#28)', async () => {
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
