import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
const refreshWith = (token: string, more = {}) =>
  callToken(emulator, { grant_type: 'refresh_token', refresh_token: token, ...more })

test('a refresh gives a new refresh token, and the old one stays valid', async () => {
  const { refresh } = await tokensOf(emulator, 'Adele Vance')
  const first = await refreshWith(refresh)
  expect(first.body['refresh_token']).not.toBe(refresh)
  expect((await refreshWith(refresh)).status).toBe(200)
})

test('a refresh for a scope without consent is refused', async () => {
  const { refresh } = await tokensOf(emulator, 'Adele Vance')
  expect((await refreshWith(refresh, { scope: 'Mail.Read' })).body).toMatchObject({
    error: 'invalid_grant',
    suberror: 'consent_required',
    error_codes: [65001],
  })
})

test('refresh tokens expire after 90 days and can be revoked', async () => {
  const { refresh } = await tokensOf(emulator, 'Adele Vance')
  vi.useFakeTimers({ toFake: ['Date'] })
  later(90 * 24 * 3600)
  expect((await refreshWith(refresh)).body).toMatchObject({ error_codes: [700082] })
  const { refresh: other } = await tokensOf(emulator, 'Adele Vance')
  emulator.revokeRefreshTokens('AdeleV@contoso.onmicrosoft.com')
  expect((await refreshWith(other)).body).toMatchObject({ error_codes: [50173] })
})

test('the answer has client_info only on request', async () => {
  const { refresh } = await tokensOf(emulator, 'Adele Vance')
  const { body } = await refreshWith(refresh, { client_info: '1' })
  const info = Buffer.from(String(body['client_info']), 'base64url').toString()
  expect(JSON.parse(info)).toEqual({
    uid: decodeJwt(String(body['id_token']))['oid'],
    utid: emulator.tenantId,
  })
})
