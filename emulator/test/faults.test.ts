import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, callToken, client } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

const keys = () => fetch(`${emulator.authority}/discovery/v2.0/keys`)

test('a planned status, body and Retry-After are sent as often as planned', async () => {
  emulator.failNext('keys', { status: 429, retryAfter: 7 }, 2)
  emulator.failNext('keys', { status: 502, body: '<h1>Bad gateway</h1>' })
  for (const status of [429, 429]) {
    const response = await keys()
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('7')
  }
  expect((await keys()).headers.get('content-type')).toMatch('text/html')
  expect((await keys()).status).toBe(200)
  expect(emulator.requests('keys')).toHaveLength(4)
})

test('planned faults that are cleared do not come', async () => {
  emulator.failNext('keys', { status: 500 }, 3)
  expect((await keys()).status).toBe(500)
  emulator.clearFaults()
  expect((await keys()).status).toBe(200)
})

test('a planned Entra error has the members of an error of Entra', async () => {
  const entraError = {
    error: 'interaction_required',
    aadsts: 50076,
    suberror: 'basic_action',
    claims: '{}',
  }
  emulator.failNext('token', { entraError })
  const { status, body } = await callToken(emulator, { grant_type: 'refresh_token' })
  expect(status).toBe(400)
  expect(body).toMatchObject({ error: 'interaction_required', error_codes: [50076], claims: '{}' })
  emulator.failNext('authorize', {
    entraError: { error: 'temporarily_unavailable', aadsts: 90033 },
  })
  const page = await new Browser(emulator.url).open(authorizeUrl(emulator))
  expect(answerOf(page)).toMatchObject({ error: 'temporarily_unavailable', state: 'a state' })
})

test('the name graph includes every resource of Graph', async () => {
  emulator.failNext('graph', { status: 503 })
  expect((await fetch(`${emulator.graphUrl}/me`)).status).toBe(503)
  expect((await fetch(`${emulator.graphUrl}/me`)).status).toBe(401)
})

test('a reset breaks the connection; a delay only slows it', async () => {
  emulator.failNext('keys', { reset: true })
  await expect(keys()).rejects.toThrow()
  emulator.failNext('keys', { delayMs: 20 })
  expect((await keys()).status).toBe(200)
})

test('closing ends a request that hangs', async () => {
  emulator.failNext('keys', { hang: true })
  const hanging = keys()
  const outcome = expect(hanging).rejects.toThrow()
  while (emulator.requests('keys').length === 0) await new Promise(setImmediate)
  await emulator.close()
  await outcome
})

test('the emulator listens on loopback only', async () => {
  await expect(startEmulator({ host: '0.0.0.0' })).rejects.toThrow('loopback only')
})

test('two emulators share nothing', async () => {
  const other = await startEmulator({ clients: [] })
  const page = await new Browser(other.url).open(
    authorizeUrl(emulator, { authority: other.authority }),
  )
  await other.close()
  expect(page.text).toContain('AADSTS700016')
})

test('issuers and addresses follow the public origins', async () => {
  const front = await startEmulator({
    publicUrl: 'https://login.microsoftonline.com',
    graphUrl: 'https://graph.microsoft.com',
  })
  const response = await fetch(
    `${front.url}/${front.tenantId}/v2.0/.well-known/openid-configuration`,
  )
  expect(await response.json()).toMatchObject({
    issuer: `https://login.microsoftonline.com/${front.tenantId}/v2.0`,
    msgraph_host: 'graph.microsoft.com',
  })
  expect(front.graphUrl).toBe('https://graph.microsoft.com/v1.0')
  await front.close()
})
