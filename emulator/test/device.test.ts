import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { callToken, client, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

async function startDevice(scope: string, query = '') {
  const response = await fetch(`${emulator.authority}/oauth2/v2.0/devicecode${query}`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client.clientId, scope }),
  })
  return (await response.json()) as { user_code: string; device_code: string; interval: number }
}

test('a device code is pending until it expires, also for a client that polls too often', async () => {
  const { device_code: code, interval } = await startDevice('openid User.Read')
  expect(interval).toBe(5)
  const poll = () => callToken(emulator, { grant_type: 'device_code', device_code: code })
  expect((await poll()).body['error']).toBe('authorization_pending')
  expect((await poll()).body['error']).toBe('authorization_pending')
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + 900_000)
  expect((await poll()).body).toMatchObject({ error: 'expired_token', error_codes: [70020] })
})

test('user codes have nine characters: A to Z, vowels included, and 2 to 9', async () => {
  const codes = await Promise.all(
    Array.from({ length: 30 }, async () => (await startDevice('openid', '?mkt=de-DE')).user_code),
  )
  for (const code of codes) expect(code).toMatch(/^[A-Z2-9]{9}$/)
  expect(codes.join('')).toMatch(/[AEIOU]/)
})

describe('the client credential for a device code and its refresh tokens', () => {
  const url = () => `${emulator.authority}/oauth2/v2.0/token`

  /** The answers of the token endpoint: without the client secret, and with it. */
  async function tryBoth(form: Record<string, string>) {
    const alone = { client_id: client.clientId, ...form }
    const response = await fetch(url(), { method: 'POST', body: new URLSearchParams(alone) })
    const without = { status: response.status, body: (await response.json()) as object }
    return { without, secret: await callToken(emulator, form) }
  }

  async function approvedCode() {
    const started = await startDevice('openid offline_access User.Read')
    emulator.approveDeviceCode(started.user_code, 'AdeleV@contoso.onmicrosoft.com')
    return { grant_type: 'device_code', device_code: started.device_code }
  }

  const refreshOf = (body: object) => ({
    grant_type: 'refresh_token',
    refresh_token: String(Reflect.get(body, 'refresh_token')),
  })
  const missing = { status: 401, body: { error: 'invalid_client', error_codes: [7000218] } }
  const unwanted = { status: 401, body: { error: 'invalid_client', error_codes: [700025] } }

  test('is required unless the app allows public client flows', async () => {
    const redeemed = await tryBoth(await approvedCode())
    expect(redeemed).toMatchObject({ without: missing, secret: { status: 200 } })
    const refreshed = await tryBoth(refreshOf(redeemed.secret.body))
    expect(refreshed).toMatchObject({ without: missing, secret: { status: 200 } })
  })

  test('is refused when the app allows public client flows', async () => {
    emulator.registerClient({ ...client, allowPublicClientFlows: true })
    const code = await approvedCode()
    expect(await callToken(emulator, code)).toMatchObject(unwanted)
    const redeemed = await tryBoth(code)
    expect(redeemed.without).toMatchObject({ status: 200 })
    const refreshed = await tryBoth(refreshOf(redeemed.without.body))
    expect(refreshed).toMatchObject({ without: { status: 200 }, secret: unwanted })
  })

  test('is required for other grants, also when the app allows public client flows', async () => {
    emulator.registerClient({ ...client, allowPublicClientFlows: true })
    const { body } = await tokensOf(emulator, 'Adele Vance')
    expect(await tryBoth(refreshOf(body))).toMatchObject({
      without: missing,
      secret: { status: 200 },
    })
  })
})

test('an app without a secret must not send one', async () => {
  emulator.registerClient({ clientId: client.clientId, redirectUris: client.redirectUris })
  expect(await callToken(emulator, { grant_type: 'refresh_token' })).toMatchObject({
    status: 401,
    body: { error: 'invalid_client', error_codes: [700025] },
  })
})
