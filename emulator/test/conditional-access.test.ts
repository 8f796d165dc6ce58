import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startEmulator, type Emulator, type OptionalIdTokenClaim } from '../src/index.ts'
import { Browser, type Page } from './support/browser.ts'
import {
  answerOf,
  authorizeUrl,
  callToken,
  client,
  redeem,
  signIn,
  tokensOf,
} from './support/sign-in.ts'

const adele = 'AdeleV@contoso.onmicrosoft.com'
const acrs = { acrs: { essential: true, value: 'c1' } }
const asksContext = { claims: JSON.stringify({ id_token: acrs }) }

let emulator: Emulator
let browser: Browser
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
  browser = new Browser(emulator.url)
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

/** Registers the client with these optional claims. */
function register(...optionalIdTokenClaims: OptionalIdTokenClaim[]): void {
  emulator.registerClient({ ...client, optionalIdTokenClaims })
}

function laterSeconds(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
}

async function idTokenOf(page: Page): Promise<Record<string, unknown>> {
  const { body } = await redeem(emulator, page)
  return decodeJwt(String(body['id_token']))
}

async function refresh(token: string, more: Record<string, string> = {}) {
  return callToken(emulator, { grant_type: 'refresh_token', refresh_token: token, ...more })
}

describe('acrs', () => {
  test('a requested authentication context with a policy asks for a second factor, once', async () => {
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
    const page = await browser.open(authorizeUrl(emulator, asksContext))
    expect(page.text).toContain('Verify your identity')
    const approved = await browser.press(page, 'Approve on your phone')
    expect(await idTokenOf(approved)).toMatchObject({ acrs: ['c1'] })
    expect(answerOf(await browser.open(authorizeUrl(emulator, asksContext)))).toHaveProperty('code')
  })

  test('a person who cancels the second factor returns with access_denied', async () => {
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const page = await signIn(browser, authorizeUrl(emulator, asksContext), 'Adele Vance')
    expect(answerOf(await browser.press(page, 'Cancel'))).toMatchObject({ error: 'access_denied' })
  })

  test('an authentication context without a policy is satisfied by every sign-in that asks for it', async () => {
    const page = await signIn(browser, authorizeUrl(emulator, asksContext), 'Adele Vance')
    expect(await idTokenOf(page)).toMatchObject({ acrs: ['c1'] })
  })

  test('nobody asked for: acrs is there only for an app that registers it, with the contexts that are satisfied', async () => {
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const silent = async () => idTokenOf(await browser.open(authorizeUrl(emulator)))
    const page = await signIn(browser, authorizeUrl(emulator, asksContext), 'Adele Vance')
    await signInOn(page)
    expect(await silent()).not.toHaveProperty('acrs')
    register('acrs')
    expect(await silent()).toMatchObject({ acrs: ['c1'] })
    const plain = await tokensOf(emulator, 'Alex Wilber')
    expect(decodeJwt(String(plain.body['id_token']))).not.toHaveProperty('acrs')
  })

  /** Approves and consents, after the first page of a sign-in. */
  async function signInOn(page: Page): Promise<Page> {
    const approved = await browser.press(page, 'Approve on your phone')
    return approved.text.includes('Permissions requested')
      ? browser.press(approved, 'Accept')
      : approved
  }

  test('claims that are no JSON ask for nothing', async () => {
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const page = await signIn(browser, authorizeUrl(emulator, { claims: '{"' }), 'Adele Vance')
    expect(await idTokenOf(page)).not.toHaveProperty('acrs')
  })
})

describe('auth_time and max_age', () => {
  test('auth_time is there for an app that registers it, and for a request with max_age', async () => {
    const page = await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
    expect(await idTokenOf(page)).not.toHaveProperty('auth_time')
    const asked = await browser.open(authorizeUrl(emulator, { max_age: '600' }))
    expect(await idTokenOf(asked)).toHaveProperty('auth_time')
    register('auth_time')
    expect(await idTokenOf(await browser.open(authorizeUrl(emulator)))).toHaveProperty('auth_time')
  })

  test('a sign-in that is older than max_age is proved again, and auth_time tells when', async () => {
    register('auth_time')
    const first = await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
    const { auth_time: before } = await idTokenOf(first)
    laterSeconds(300)
    const silent = await browser.open(authorizeUrl(emulator, { max_age: '600' }))
    expect(await idTokenOf(silent)).toMatchObject({ auth_time: before })
    laterSeconds(400)
    const page = await browser.open(authorizeUrl(emulator, { max_age: '600' }))
    expect(page.text).toContain('Verify your identity')
    const { auth_time: after } = await idTokenOf(await browser.press(page, 'Approve on your phone'))
    expect(Number(after)).toBeGreaterThanOrEqual(Number(before) + 700)
  })

  test('prompt=login proves the person again', async () => {
    register('auth_time')
    const first = await idTokenOf(await signIn(browser, authorizeUrl(emulator), 'Adele Vance'))
    laterSeconds(300)
    const again = await signIn(browser, authorizeUrl(emulator, { prompt: 'login' }), 'Adele Vance')
    const { auth_time: after } = await idTokenOf(again)
    expect(Number(after)).toBeGreaterThanOrEqual(Number(first['auth_time']) + 300)
  })

  test('prompt=none cannot prove a person again', async () => {
    await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
    laterSeconds(300)
    const silent = authorizeUrl(emulator, { prompt: 'none', max_age: '60' })
    expect(answerOf(await browser.open(silent))).toMatchObject({ error: 'login_required' })
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const context = authorizeUrl(emulator, { prompt: 'none', ...asksContext })
    const answer = answerOf(await browser.open(context))
    expect(answer).toMatchObject({ error: 'interaction_required' })
    expect(answer['error_description']).toContain('AADSTS50076')
  })

  test.each(['-1', '1.5', 'soon'])('max_age %j is refused', async (maxAge) => {
    const page = await browser.open(authorizeUrl(emulator, { max_age: maxAge }))
    expect(answerOf(page)).toMatchObject({ error: 'invalid_request' })
  })
})

describe('policies', () => {
  test.each([
    ['mfa', 50076, 'basic_action', 'use multi-factor authentication'],
    ['enroll', 50079, 'basic_action', 'enroll in multi-factor authentication'],
    ['block', 53003, 'message_only', 'blocked by Conditional Access policies'],
  ] as const)('%s refuses a refresh with AADSTS%s', async (grant, aadsts, suberror, words) => {
    const { refresh: token } = await tokensOf(emulator, 'Adele Vance')
    emulator.setPolicies([{ target: 'graph', grant }])
    const { status, body } = await refresh(token)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [aadsts], suberror })
    expect(body['error_description']).toContain(words)
    expect(JSON.parse(String(body['claims']))).toHaveProperty('access_token.capolids.values')
  })

  test('the claims of a refusal lead through the second factor, and the new refresh token works', async () => {
    const { browser: own, refresh: token } = await tokensOf(emulator, 'Adele Vance')
    emulator.setPolicies([{ target: 'graph', grant: 'mfa' }])
    const { body } = await refresh(token)
    const page = await own.open(authorizeUrl(emulator, { claims: String(body['claims']) }))
    const tokens = await redeem(emulator, await own.press(page, 'Approve on your phone'))
    expect((await refresh(String(tokens.body['refresh_token']))).status).toBe(200)
    expect((await refresh(token)).status).toBe(400)
  })

  test('a policy for one app or API leaves the others alone', async () => {
    const { refresh: token } = await tokensOf(emulator, 'Adele Vance')
    emulator.setPolicies([{ target: 'another-app', grant: 'block' }])
    expect((await refresh(token)).status).toBe(200)
    emulator.setPolicies([{ target: client.clientId, grant: 'mfa' }])
    expect((await refresh(token)).body).toMatchObject({ error_codes: [50076] })
  })

  test('a refresh cannot fulfill an authentication context that demands more than the sign-in proved', async () => {
    const { refresh: token } = await tokensOf(emulator, 'Adele Vance')
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const claims = JSON.stringify({ access_token: acrs })
    expect((await refresh(token, { claims })).body).toMatchObject({ error_codes: [50076] })
    expect((await refresh(token)).status).toBe(200)
  })

  test('a blocked sign-in ends on a page of the emulator', async () => {
    emulator.setPolicies([{ target: 'graph', grant: 'block' }])
    const page = await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
    expect(page.text).toContain('AADSTS53003')
  })

  test('the automatic user proves everything without a page', async () => {
    emulator.signInAutomaticallyAs(adele)
    emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
    const page = await browser.open(authorizeUrl(emulator, { ...asksContext, max_age: '0' }))
    expect(await idTokenOf(page)).toMatchObject({ acrs: ['c1'] })
  })
})
