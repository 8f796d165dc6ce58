import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser, type Page } from './support/browser.ts'
import {
  authorizeUrl,
  callToken,
  client,
  redeem,
  redirectUri,
  verifier,
} from './support/sign-in.ts'

let emulator: Emulator
let page: Page
beforeEach(async () => {
  const automaticUser = 'AdeleV@contoso.onmicrosoft.com'
  emulator = await startEmulator({ clients: [client], automaticUser })
  page = await open()
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

const open = () => new Browser(emulator.url).open(authorizeUrl(emulator))

const refused = (error: string, number: number) => ({
  status: 400,
  body: { error, error_codes: [number] },
})
const used = refused('invalid_grant', 54005)

test('a code is redeemed once; a second attempt revokes nothing', async () => {
  const first = await redeem(emulator, page)
  expect(first.status).toBe(200)
  expect(await redeem(emulator, page)).toMatchObject(used)
  expect(await redeem(emulator, page, { code_verifier: 'x'.repeat(43) })).toMatchObject(used)
  const refresh = {
    grant_type: 'refresh_token',
    refresh_token: String(first.body['refresh_token']),
  }
  expect((await callToken(emulator, refresh)).status).toBe(200)
})

test('two attempts at the same time get tokens once', async () => {
  const both = await Promise.all([redeem(emulator, page), redeem(emulator, page)])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
})

test('a code expires after ten minutes', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + 599_000)
  const later = await open()
  expect((await redeem(emulator, page)).status).toBe(200)
  vi.setSystemTime(Date.now() + 601_000)
  expect(await redeem(emulator, later)).toMatchObject(refused('invalid_grant', 70008))
})

test('an unknown code is refused', async () => {
  const unknown = refused('invalid_grant', 9002313)
  expect(await redeem(emulator, page, { code: 'x' })).toMatchObject(unknown)
})

test('a code is refused when another client redeems it', async () => {
  emulator.registerClient({ ...client, clientId: 'other' })
  const stolen = refused('invalid_grant', 9002313)
  expect(await redeem(emulator, page, { client_id: 'other' })).toMatchObject(stolen)
})

test.each([
  'http://localhost:1/getAToken',
  'http://localhost:3000/getatoken',
  'http://evil.example',
])('a code is refused with the redirect URI %s, and stays valid', async (uri) => {
  const mismatch = refused('invalid_grant', 500112)
  expect(await redeem(emulator, page, { redirect_uri: uri })).toMatchObject(mismatch)
  expect((await redeem(emulator, page)).status).toBe(200)
})

test.each(['code', 'redirect_uri'])('a token request without %s is refused', async (name) => {
  const missing = refused('invalid_request', 900144)
  expect(await redeem(emulator, page, { [name]: '' })).toMatchObject(missing)
})

test.each(['grant_type', 'code', 'code_verifier', 'client_secret', 'redirect_uri'])(
  'a token request with %s twice is refused',
  async (name) => {
    const form = new URLSearchParams({
      client_id: client.clientId,
      client_secret: 's3cret',
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code: new URL(page.url).searchParams.get('code') ?? '',
      code_verifier: verifier,
    })
    form.append(name, form.get(name) ?? '')
    const url = `${emulator.authority}/oauth2/v2.0/token`
    const response = await fetch(url, { method: 'POST', body: form })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error_codes: [9000411] })
  },
)
