import { createHash, randomBytes } from 'node:crypto'
import type { Emulator, ClientRegistration } from '../../src/index.ts'
import { Browser, type Page } from './browser.ts'

export const redirectUri = 'http://localhost:3000/getAToken'

export const client: ClientRegistration = {
  clientId: '11111111-2222-4333-8444-555555555555',
  name: 'Test application',
  clientSecret: 's3cret',
  redirectUris: [redirectUri],
  frontChannelLogoutUri: 'http://localhost:3000/auth/frontchannel-logout',
  optionalIdTokenClaims: ['sid', 'login_hint'],
  exposedScopes: ['access_as_user'],
}

export const verifier = randomBytes(32).toString('base64url')
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** The address of an authorization request, after a change. `undefined` removes a parameter. */
export function authorizeUrl(
  emulator: Emulator,
  { authority = emulator.authority, ...change }: Record<string, string | undefined> = {},
): string {
  const params: Record<string, string | undefined> = {
    client_id: client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile offline_access User.Read',
    state: 'a state',
    nonce: 'a nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...change,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) query.set(name, value)
  }
  return `${authority}/oauth2/v2.0/authorize?${query.toString()}`
}

/** Signs in through the pages, and consents. */
export async function signIn(browser: Browser, url: string, name: string): Promise<Page> {
  let page = await browser.press(await browser.open(url), name)
  if (page.text.includes('Permissions requested')) page = await browser.press(page, 'Accept')
  return page
}

export const answerOf = (page: Page) => Object.fromEntries(new URL(page.url).searchParams)

type Body = Record<string, unknown>

/** Calls the token endpoint as the test client. */
export async function callToken(emulator: Emulator, form: Record<string, string>) {
  const body = new URLSearchParams({
    client_id: client.clientId,
    client_secret: 's3cret',
    redirect_uri: redirectUri,
    ...form,
  })
  const response = await fetch(`${emulator.authority}/oauth2/v2.0/token`, { method: 'POST', body })
  return { status: response.status, body: (await response.json()) as Body }
}

export async function redeem(emulator: Emulator, page: Page, more: Record<string, string> = {}) {
  return callToken(emulator, {
    grant_type: 'authorization_code',
    code: answerOf(page)['code'] ?? '',
    code_verifier: verifier,
    ...more,
  })
}

export async function tokensOf(emulator: Emulator, name: string, scope?: string) {
  const browser = new Browser(emulator.url)
  const page = await signIn(browser, authorizeUrl(emulator, scope ? { scope } : {}), name)
  const { body } = await redeem(emulator, page)
  return {
    browser,
    access: String(body['access_token']),
    refresh: String(body['refresh_token']),
    body,
  }
}

export function callGraph(emulator: Emulator, path: string, token: string, headers = {}) {
  return fetch(`${emulator.graphUrl}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
}
