import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { World } from '../support/world.ts'

const jwt = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/

/** Looks for the secrets of a sign-in, calls, a refresh, failures and a sign-out. */
describe('the secrets of one sign-in (#39)', () => {
  let world: World
  let browser: Browser
  let log: string
  const ofTokens = new Map<string, string>()
  const ofBrowser = new Map<string, string>()

  beforeAll(async () => {
    world = await World.open({ LOG_LEVEL: 'trace' })
    browser = world.openBrowser()
    const { visited } = await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme')
    await browser.fetch('/api/me')
    await browser.fetch('/api/me/photo')
    await browser.fetch('/api/me/calendar')
    const cookies = await browser.cookies()
    later(58)
    await browser.fetch('/api/me')
    world.emulator.failNext('me', { status: 401, body: {} }, 2)
    await browser.fetch('/api/me')
    world.emulator.failNext('me', { reset: true }, 2)
    await browser.fetch('/api/me')
    vi.useRealTimers()

    const callback = visited.find((url) => url.pathname === '/getAToken')
    await browser.goTo(callback?.href ?? '')
    await failASignIn()
    await browser.submit('/auth/logout')

    const forms = world.emulator.requests('token').map(({ form }) => form)
    const [redeemed] = forms
    const refreshed = forms.filter((form) => form['grant_type'] === 'refresh_token')
    const calls = world.emulator.requests('me').map(({ headers }) => headers.authorization ?? '')
    keep(ofTokens, 'client secret', redeemed?.['client_secret'])
    keep(ofTokens, 'code verifier', redeemed?.['code_verifier'])
    expect(refreshed).toHaveLength(3)
    expect(calls).toHaveLength(6)
    for (const form of refreshed) keep(ofTokens, 'refresh token', form['refresh_token'])
    for (const call of calls) keep(ofTokens, 'access token', call.slice('Bearer '.length))
    keep(ofBrowser, 'code', redeemed?.['code'])
    keep(ofBrowser, 'state', callback?.searchParams.get('state'))
    for (const name of ['sid', 'last']) {
      const [, value] = Object.entries(cookies).find(([key]) => key.startsWith(`${name}-`)) ?? []
      keep(ofBrowser, `cookie ${name}`, value)
    }
    log = world.logLines.join('')
  })
  afterAll(() => world.close())

  /** Sign-ins that the server refuses after Entra has given out tokens. */
  async function failASignIn(): Promise<void> {
    const other = world.openBrowser()
    for (const fault of [
      () => {
        world.emulator.tamperNextIdToken((claims) => ({ ...claims, aud: 'x' }))
      },
      () => {
        world.emulator.failNext('token', { entraError: { error: 'invalid_client' } })
      },
      () => {
        world.emulator.failNext('token', { status: 200, body: { access_token: 'canary-token' } })
      },
    ]) {
      fault()
      const page = await other.goTo('/auth/login')
      expect(page.url.pathname).toBe('/error')
      await other.reportOf(page)
    }
    browser.received.push(...other.received)
  }

  function keep(secrets: Map<string, string>, name: string, value: string | null | undefined) {
    expect(value?.length, name).toBeGreaterThan(10)
    secrets.set(`${name} ${String(secrets.size)}`, String(value))
  }

  test('the secrets of a sign-in are in no line of the log at any level', () => {
    expect(log).toContain('"path":"/getAToken"')
    expect(log).toContain('"msg":"sign-in failed"')
    for (const [name, secret] of [...ofTokens, ...ofBrowser]) {
      expect(log.includes(secret), name).toBe(false)
      expect(log.includes(encodeURIComponent(secret)), name).toBe(false)
    }
    expect(log).not.toMatch(jwt)
    expect(log).not.toContain('canary-token')
  })

  test('the secrets of a sign-in are in no answer, except the cookies, code and state of the browser', () => {
    const answers = browser.received.join('\n')
    expect(answers).toContain('Adele Vance')
    for (const [name, secret] of ofTokens) expect(answers.includes(secret), name).toBe(false)
    expect(answers).not.toMatch(jwt)
    expect(answers).not.toContain('canary-token')
  })

  test('the secrets of a sign-in are neither in the final address nor in the Referer', async () => {
    const { url, visited } = await world.openBrowser().goTo('/auth/login?returnTo=%2Fresult%2Fme')
    expect(url.href).toBe(`${world.origin}/result/me`)
    const code = visited.at(-2)?.searchParams.get('code')
    expect(code).toBeTruthy()
    const answer = await fetch(visited.at(-2)?.href ?? '', { redirect: 'manual' })
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
    expect(answer.headers.get('location')).not.toContain(code)
  })
})
