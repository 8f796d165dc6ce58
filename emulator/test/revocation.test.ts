import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import {
  authorizeUrl,
  callGraph,
  callToken,
  client,
  redeem,
  signIn,
  tokensOf,
} from './support/sign-in.ts'

const adele = 'AdeleV@contoso.onmicrosoft.com'
const capable = { claims: JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } }) }

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

/** Signs in a client that answers claims challenges. */
async function capableTokens(name = 'Adele Vance') {
  const browser = new Browser(emulator.url)
  const page = await signIn(browser, authorizeUrl(emulator), name)
  const { body } = await redeem(emulator, page, capable)
  return { browser, access: String(body['access_token']), refresh: String(body['refresh_token']) }
}

test('after a revocation Graph refuses the tokens of before with a claims challenge, as Microsoft sends it', async () => {
  const { access } = await capableTokens()
  emulator.revokeSessions(adele)
  const response = await callGraph(emulator, '/me', access)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({
    error: {
      code: 'InvalidAuthenticationToken',
      message: expect.stringContaining('TokenIssuedBeforeRevocationTimestamp') as string,
    },
  })
  const header = response.headers.get('www-authenticate') ?? ''
  expect(header).toMatch(/^Bearer realm="", authorization_uri="[^"]+", client_id="[^"]+", /)
  const [, claims = ''] = /error="insufficient_claims", claims="([^"]+)"$/.exec(header) ?? []
  expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toMatchObject({
    access_token: { nbf: { essential: true, value: expect.stringMatching(/^\d{10}$/) as string } },
  })
})

test('a revocation ends the refresh tokens and the sign-in of the browser, and a new sign-in is good', async () => {
  const { browser, refresh } = await capableTokens()
  emulator.revokeSessions(adele)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...capable }
  expect((await callToken(emulator, form)).body).toMatchObject({
    error: 'invalid_grant',
    error_codes: [50173],
  })
  const page = await browser.open(authorizeUrl(emulator))
  expect(page.text).toContain('Pick an account')
  const { body } = await redeem(emulator, await browser.press(page, 'Adele Vance'), capable)
  expect((await callGraph(emulator, '/me', String(body['access_token']))).status).toBe(200)
})

test('a revocation leaves other people alone', async () => {
  const { access } = await capableTokens('Alex Wilber')
  emulator.revokeSessions(adele)
  expect((await callGraph(emulator, '/me', access)).status).toBe(200)
})

test('the token of a client that declares no CP1 is good until it expires', async () => {
  const { access, refresh } = await tokensOf(emulator, 'Adele Vance')
  emulator.revokeSessions(adele)
  expect((await callGraph(emulator, '/me', access)).status).toBe(200)
  const form = { grant_type: 'refresh_token', refresh_token: refresh }
  expect((await callToken(emulator, form)).status).toBe(400)
})
