import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, client, redirectUri, signIn, verifier } from './support/sign-in.ts'

let emulator: Emulator
let browser: Browser
let log: string[]
beforeEach(async () => {
  log = []
  emulator = await startEmulator({ clients: [client], log: (line) => log.push(line) })
  browser = new Browser(emulator.url)
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
})
afterEach(() => {
  // The log shows a failure as a 5xx or a stack, even when a redirect hides it.
  expect(log.filter((line) => !/^(GET|POST) \S+ [234]\d\d$/.test(line))).toEqual([])
  return emulator.close()
})

const token = () => `${emulator.authority}/oauth2/v2.0/token`
const oddValues = [
  '',
  '%',
  'toString',
  '__proto__',
  '\u0000',
  '"><script>',
  'http://[',
  'é\r\nx: y',
]
const authorizeNames = [
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'prompt', 'login_hint', 'claims', 'resource'],
]
const logoutNames = ['post_logout_redirect_uri', 'logout_hint', 'id_token_hint', 'all', 'state']

test.each(authorizeNames)('authorize answers odd and repeated values of %s', async (name) => {
  for (const value of oddValues) {
    const url = authorizeUrl(emulator, { [name]: value })
    await browser.open(url)
    await browser.open(`${url}&${name}=other`)
  }
})

test.each(logoutNames)('sign-out answers odd and repeated values of %s', async (name) => {
  for (const value of oddValues) {
    const query = new URLSearchParams([
      [name, value],
      [name, 'other'],
    ])
    await browser.open(`${emulator.authority}/oauth2/v2.0/logout?${query.toString()}`)
  }
})

test('a very long state is returned in full', async () => {
  const state = 'x'.repeat(6000)
  expect(answerOf(await browser.open(authorizeUrl(emulator, { state })))['state']).toBe(state)
})

test('a scope named like a member of Object is unknown', async () => {
  const page = await browser.open(authorizeUrl(emulator, { scope: 'openid toString' }))
  expect(answerOf(page)['error']).toBe('invalid_client')
})

test('a Basic header that is not form-encoded is taken as it is', async () => {
  const headers = { authorization: `Basic ${btoa('100%:100%')}` }
  const body = new URLSearchParams({ grant_type: 'refresh_token' })
  const response = await fetch(token(), { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject({ error: 'unauthorized_client' })
})

test.each([
  ['text/html', 'text/html'],
  ['*/*', 'application/json'],
])('a client that accepts %s gets the 404 of an unknown address as %s', async (accept, type) => {
  const url = `${emulator.authority}/oauth2/authorize`
  const response = await fetch(url, { headers: { accept } })
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toContain(type)
  expect(await response.text()).toContain('nothing at GET')
})

test('a token answer has no CORS header', async () => {
  const page = await browser.open(authorizeUrl(emulator))
  const form = { grant_type: 'authorization_code', code: answerOf(page)['code'] ?? '' }
  const more = { client_id: client.clientId, client_secret: 's3cret', redirect_uri: redirectUri }
  const body = new URLSearchParams({ ...form, ...more, code_verifier: verifier })
  const headers = { origin: 'https://page.example' }
  const response = await fetch(token(), { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  expect(response.headers.has('access-control-allow-origin')).toBe(false)
})

test('a body that is too large is refused', async () => {
  const response = await fetch(token(), { method: 'POST', body: 'x'.repeat(4_000_000) })
  expect(response.status).toBe(413)
})

test('a malformed address is refused', async () => {
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  socket.write('GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /)
})
