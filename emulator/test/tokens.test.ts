import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
const refreshWith = (token: string, more = {}) =>
  callToken(emulator, { grant_type: 'refresh_token', refresh_token: token, ...more })

test('a wrong secret is a 401 with Entra’s body', async () => {
  const { status, body } = await callToken(emulator, {
    grant_type: 'refresh_token',
    refresh_token: 'x',
    client_secret: 'wrong',
  })
  expect(status).toBe(401)
  expect(body).toMatchObject({ error: 'invalid_client', error_codes: [7000215] })
  expect(body['error_description']).toMatch(
    /^AADSTS7000215: .* Trace ID: .* Correlation ID: .* Timestamp: /,
  )
})

test('the ID token has the claims of version 2', async () => {
  const { body } = await tokensOf(emulator, 'Adele Vance')
  const names = [
    'ver',
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'nbf',
    'name',
    'oid',
    'preferred_username',
  ]
  const claims = decodeJwt(String(body['id_token']))
  for (const name of [...names, 'rh', 'sid', 'login_hint', 'tid', 'uti', 'nonce']) {
    expect(claims, name).toHaveProperty(name)
  }
  expect(body).toMatchObject({ token_type: 'Bearer', ext_expires_in: body['expires_in'] })
  expect(body).not.toHaveProperty('client_info')
})

test('the ID token names the user only with the scope profile', async () => {
  const { body } = await tokensOf(emulator, 'Adele Vance', 'openid User.Read')
  const claims = decodeJwt(String(body['id_token']))
  expect(claims).not.toHaveProperty('name')
  expect(claims).not.toHaveProperty('preferred_username')
})

test('a client assertion is refused, as no certificate is registered', async () => {
  const body = new URLSearchParams({
    client_id: client.clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'x.y.z',
    grant_type: 'refresh_token',
  })
  const response = await fetch(`${emulator.authority}/oauth2/v2.0/token`, { method: 'POST', body })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error: 'invalid_client', error_codes: [700027] })
})

test('the ID token has an optional claim only when the app registers it', async () => {
  emulator.registerClient({ ...client, optionalIdTokenClaims: ['login_hint'] })
  const { body } = await tokensOf(emulator, 'Adele Vance')
  const claims = decodeJwt(String(body['id_token']))
  expect(claims).toHaveProperty('login_hint')
  expect(claims).not.toHaveProperty('sid')
})

const withCp1 = { claims: JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } }) }

test('access tokens live 60 to 90 minutes, or 20 to 28 hours for a client that answers claims challenges', async () => {
  const { refresh } = await tokensOf(emulator, 'Adele Vance')
  const secondsWith = async (more: Record<string, string>) =>
    Number((await refreshWith(refresh, more)).body['expires_in'])
  const lives = await Promise.all(Array.from({ length: 20 }, () => secondsWith({})))
  expect(Math.min(...lives)).toBeGreaterThanOrEqual(3600)
  expect(Math.max(...lives)).toBeLessThanOrEqual(5400)
  expect(new Set(lives).size).toBeGreaterThan(1)
  const long = await refreshWith(refresh, withCp1)
  expect(long.body['expires_in']).toBeGreaterThanOrEqual(20 * 3600)
  expect(long.body['expires_in']).toBeLessThanOrEqual(28 * 3600)
  expect(decodeJwt(String(long.body['access_token']))).toMatchObject({ xms_cc: ['CP1'] })
  for (const claims of ['{', '[]', '{"access_token":{"xms_cc":{"values":["cp2"]}}}']) {
    expect(await secondsWith({ claims })).toBeLessThanOrEqual(5400)
  }
  emulator.setLifetimes({ accessToken: 60 })
  expect(await secondsWith(withCp1)).toBe(60)
})

test('a token for an app’s API lives no longer for a client that answers claims challenges', async () => {
  const browser = new Browser(emulator.url)
  const scope = `api://${client.clientId}/access_as_user`
  const page = await signIn(browser, authorizeUrl(emulator, { scope }), 'Adele Vance')
  expect(Number((await redeem(emulator, page, withCp1)).body['expires_in'])).toBeLessThanOrEqual(
    5400,
  )
  const graph = await browser.open(authorizeUrl(emulator, { scope: 'openid' }))
  const { body } = await redeem(emulator, await browser.press(graph, 'Accept'), withCp1)
  expect(body['expires_in']).toBeGreaterThanOrEqual(20 * 3600)
})

test.each([
  [{ client_secret: 'wrong' }, 7000215, true],
  [{ grant_type: 'password' }, 70003, false],
  [{ client_id: '00000000-0000-0000-0000-000000000000' }, 700038, false],
  [{ client_id: '' }, 900144, false],
  [{ grant_type: '' }, 900144, false],
])('the error for %o has an error_uri only if Entra sends one', async (form, number, hasPage) => {
  const { body } = await callToken(emulator, { grant_type: 'refresh_token', ...form })
  expect(body['error_codes']).toEqual([number])
  expect('error_uri' in body).toBe(hasPage)
})

test('Graph refuses an expired access token, and setLifetimes decides when it expires', async () => {
  emulator.setLifetimes({ accessToken: 60 })
  const { access } = await tokensOf(emulator, 'Adele Vance')
  vi.useFakeTimers({ toFake: ['Date'] })
  later(61)
  expect((await callGraph(emulator, '/me', access)).status).toBe(401)
})

test('after a rotation the next key signs, and tokens of the earlier key stay valid', async () => {
  const earlier = await tokensOf(emulator, 'Adele Vance')
  await emulator.rotateKeys()
  const next = await tokensOf(emulator, 'Adele Vance')
  const response = await fetch(`${emulator.authority}/discovery/v2.0/keys`)
  const { keys } = (await response.json()) as { keys: { kid: string }[] }
  const kids = [next, earlier].map(
    ({ body }) => decodeProtectedHeader(String(body['id_token'])).kid,
  )
  expect(new Set(kids).size).toBe(2)
  expect(keys.map(({ kid }) => kid)).toEqual(kids)
  for (const { body } of [earlier, next]) {
    expect((await callGraph(emulator, '/me', String(body['access_token']))).status).toBe(200)
  }
})
