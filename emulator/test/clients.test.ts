import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node'
import * as openid from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { discover } from './support/openid.ts'
import { answerOf, client, redirectUri, signIn, tokensOf, verifier } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  const clients = [{ ...client, allowPublicClientFlows: true }]
  emulator = await startEmulator({ clients, lifetimes: { devicePollInterval: 1 } })
})
afterEach(() => emulator.close())

async function msalAuth() {
  const { host } = new URL(emulator.url)
  const metadata = await fetch(`${emulator.authority}/v2.0/.well-known/openid-configuration`)
  return {
    clientId: client.clientId,
    authority: `https://${host}/${emulator.tenantId}`,
    knownAuthorities: [host],
    authorityMetadata: await metadata.text(),
  }
}

describe('MSAL', () => {
  test('signs in, refreshes, and gets a token for a further consented scope', async () => {
    const auth = { ...(await msalAuth()), clientSecret: 's3cret' }
    const msal = new ConfidentialClientApplication({ auth })
    const browser = new Browser(emulator.url)
    const request = { scopes: ['User.Read'], redirectUri, state: 's', nonce: 'n' }
    const page = await signIn(browser, await msal.getAuthCodeUrl(request), 'Adele Vance')
    const { code = '' } = answerOf(page)
    const result = await msal.acquireTokenByCode(
      { ...request, code },
      { code, state: 's', nonce: 'n' },
    )
    const adele = emulator.users[0]
    expect(result.account?.homeAccountId).toBe(`${adele?.id ?? ''}.${emulator.tenantId}`)
    expect(result.scopes).toContain('User.Read')
    const account = result.account
    if (!account) throw new Error('no account')
    const again = await msal.acquireTokenSilent({
      account,
      scopes: ['User.Read'],
      forceRefresh: true,
    })
    expect(again.fromCache).toBe(false)
    await expect(
      msal.acquireTokenSilent({ account, scopes: ['Calendars.Read'] }),
    ).rejects.toMatchObject({ errorCode: 'invalid_grant', subError: 'consent_required' })
    const calendar = { ...request, scopes: ['Calendars.Read'], loginHint: account.username }
    const consent = await browser.open(await msal.getAuthCodeUrl(calendar))
    expect(consent.text).toContain('Read your calendars')
    await browser.press(consent, 'Accept')
    const more = await msal.acquireTokenSilent({ account, scopes: ['Calendars.Read'] })
    expect(more.scopes).toEqual(expect.arrayContaining(['User.Read', 'Calendars.Read']))
  })

  test('signs in with a device code entered on the device page', async () => {
    const msal = new PublicClientApplication({ auth: await msalAuth() })
    const browser = new Browser(emulator.url)
    const result = await msal.acquireTokenByDeviceCode({
      scopes: ['User.Read'],
      deviceCodeCallback: ({ userCode, verificationUri, message }) => {
        expect(message).toContain(userCode)
        void (async () => {
          const start = await browser.open(verificationUri)
          const picker = await browser.press(start, 'Next', { user_code: userCode })
          const consent = await browser.press(picker, 'Diego Siciliani')
          await browser.press(consent, 'Accept')
        })()
      },
    })
    expect(result?.account?.username).toBe('DiegoS@contoso.onmicrosoft.com')
  })

  test('signs a desktop app in on a random port of localhost', async () => {
    emulator.registerClient({ clientId: client.clientId, redirectUris: ['http://localhost'] })
    const msal = new PublicClientApplication({ auth: await msalAuth() })
    const result = await msal.acquireTokenInteractive({
      scopes: ['User.Read'],
      openBrowser: async (url) => {
        const browser = new Browser(emulator.url)
        await browser.press(await signIn(browser, url, 'Adele Vance'), 'Continue')
      },
    })
    expect(result.account?.username).toBe('AdeleV@contoso.onmicrosoft.com')
  })

  test('gets invalid_client for a wrong client secret', async () => {
    const msal = new ConfidentialClientApplication({
      auth: { ...(await msalAuth()), clientSecret: 'wrong' },
    })
    await expect(
      msal.acquireTokenByCode({ code: 'x', scopes: ['User.Read'], redirectUri }),
    ).rejects.toMatchObject({ errorCode: 'invalid_client', errorNo: 7000215 })
  })
})

describe('openid-client', () => {
  test('discovers, signs in with PKCE, validates the ID token, refreshes', async () => {
    const config = await discover(emulator, 's3cret')
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile offline_access User.Read',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 's',
      nonce: 'n',
    })
    const page = await signIn(new Browser(emulator.url), url.href, 'Adele Vance')
    const tokens = await openid.authorizationCodeGrant(config, new URL(page.url), {
      pkceCodeVerifier: verifier,
      expectedState: 's',
      expectedNonce: 'n',
    })
    expect(tokens.claims()).toMatchObject({
      name: 'Adele Vance',
      ver: '2.0',
      tid: emulator.tenantId,
    })
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.access_token).not.toBe(tokens.access_token)
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
  })

  test('authenticates by a Basic header, and gets invalid_client for a wrong secret', async () => {
    const { refresh } = await tokensOf(emulator, 'Adele Vance')
    const right = await discover(emulator, 's3cret', openid.ClientSecretBasic('s3cret'))
    expect(await openid.refreshTokenGrant(right, refresh)).toHaveProperty('access_token')
    expect(emulator.requests('token').at(-1)?.form).not.toHaveProperty('client_secret')
    const wrong = await discover(emulator, 'wrong', openid.ClientSecretBasic('wrong'))
    await expect(openid.refreshTokenGrant(wrong, refresh)).rejects.toMatchObject({
      error: 'invalid_client',
      status: 401,
    })
  })

  test('gets authorization_declined when the user declines a device sign-in', async () => {
    const config = await discover(emulator)
    const started = await openid.initiateDeviceAuthorization(config, { scope: 'openid User.Read' })
    emulator.declineDeviceCode(started.user_code)
    await expect(openid.pollDeviceAuthorizationGrant(config, started)).rejects.toMatchObject({
      error: 'authorization_declined',
    })
    expect(started).not.toHaveProperty('verification_uri_complete')
  })
})
