import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, client, redirectUri } from './support/sign-in.ts'

let emulator: Emulator
let browser: Browser
beforeEach(async () => {
  const automaticUser = 'AdeleV@contoso.onmicrosoft.com'
  emulator = await startEmulator({ clients: [client], automaticUser })
  browser = new Browser(emulator.url)
})
afterEach(() => emulator.close())

type Change = Record<string, string | undefined>

const open = (change: Change) => browser.open(authorizeUrl(emulator, change))

describe('an error without a registered redirect URI is shown on a page', () => {
  test.each<[Change, string]>([
    [{ redirect_uri: undefined }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000/other' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000/gettoken' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000/getAToken/' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000/getAToken?x=1' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000/getAToken#x' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://127.0.0.1:3000/getAToken' }, 'AADSTS50011'],
    [{ redirect_uri: 'https://localhost:3000/getAToken' }, 'AADSTS50011'],
    [{ redirect_uri: 'http://localhost:3000@evil.example/getAToken' }, 'AADSTS50011'],
    [{ client_id: 'nobody' }, 'AADSTS700016'],
    [{ client_id: '00000000-0000-0000-0000-000000000000' }, 'AADSTS700038'],
    [{ client_id: '' }, 'AADSTS900144'],
    [{ client_id: undefined }, 'AADSTS900144'],
  ])('%o', async (change, number) => {
    const page = await open(change)
    expect(page).toMatchObject({ status: 400, url: authorizeUrl(emulator, change) })
    expect(page.text).toContain(number)
  })

  test.each(['client_id', 'redirect_uri'])('%s twice', async (name) => {
    const url = new URL(authorizeUrl(emulator))
    url.searchParams.append(name, url.searchParams.get(name) ?? '')
    const page = await browser.open(url.href)
    expect(page.status).toBe(400)
    expect(page.text).toContain('AADSTS9000411')
  })
})

describe('every other error goes to the client', () => {
  test.each<[Change, string, number]>([
    [{ response_type: undefined }, 'unsupported_response_type', 700054],
    [{ response_type: 'id_token' }, 'unsupported_response_type', 700054],
    [{ response_type: 'code id_token' }, 'unsupported_response_type', 700054],
    [{ response_mode: 'web_message' }, 'invalid_request', 70007],
    [{ response_mode: '' }, 'invalid_request', 70007],
    [{ scope: undefined }, 'invalid_request', 900144],
    [{ prompt: 'unspecified' }, 'invalid_request', 90023],
    [{ prompt: 'none login' }, 'invalid_request', 90023],
    [{ prompt: 'consent select_account' }, 'invalid_request', 90023],
    [{ request: 'e30.e30.' }, 'request_not_supported', 90023],
    [{ request_uri: 'https://app.example/request' }, 'request_uri_not_supported', 90023],
    [{ registration: '{}' }, 'registration_not_supported', 90023],
  ])('%o', async (change, error, number) => {
    const answer = answerOf(await open(change))
    expect(answer).toMatchObject({ error, state: 'a state' })
    expect(answer['error_description']).toMatch(new RegExp(`^AADSTS${String(number)}: `))
  })

  test.each([
    ...['response_type', 'response_mode', 'scope', 'nonce', 'prompt', 'login_hint', 'claims'],
    ...['code_challenge', 'code_challenge_method', 'max_age', 'client_info'],
  ])('%s twice', async (name) => {
    const value = new URL(authorizeUrl(emulator)).searchParams.get(name) ?? 'query'
    const url = authorizeUrl(emulator, { [name]: value })
    const answer = answerOf(await browser.open(`${url}&${name}=${encodeURIComponent(value)}`))
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a state' })
    expect(answer['error_description']).toContain(
      `AADSTS9000411: The request is not properly formatted. The parameter '${name}' is duplicated.`,
    )
  })

  test('state twice, and the answer has no state', async () => {
    const answer = answerOf(await browser.open(`${authorizeUrl(emulator)}&state=other`))
    expect(answer['error_description']).toContain('AADSTS9000411')
    expect(answer).not.toHaveProperty('state')
  })

  test('in the response mode of the request', async () => {
    const page = await open({ response_mode: 'fragment', scope: undefined })
    expect(page.url).toMatch(/^http:\/\/localhost:3000\/getAToken#error=invalid_request/)
  })
})

test.each([
  ['query', /^http:\/\/localhost:3000\/getAToken\?code=/],
  ['fragment', /^http:\/\/localhost:3000\/getAToken#code=/],
])('response_mode=%s puts the answer into the redirect', async (mode, pattern) => {
  expect((await open({ response_mode: mode })).url).toMatch(pattern)
})

test('response_mode=form_post answers with a form for the redirect URI', async () => {
  const { text } = await open({ response_mode: 'form_post' })
  expect(text).toContain(`action="${redirectUri}"`)
  for (const name of ['code', 'state', 'session_state']) expect(text).toContain(`name="${name}"`)
})

test('a request can be a form post', async () => {
  const url = new URL(authorizeUrl(emulator))
  const page = await browser.open(url.origin + url.pathname, url.searchParams)
  expect(answerOf(page)).toMatchObject({ code: expect.any(String) as string, state: 'a state' })
})

test('parameters with no meaning here are ignored', async () => {
  const ignored = {
    claims: '{',
    id_token_hint: 'x',
    ui_locales: 'de',
    acr_values: '1',
  }
  expect(answerOf(await open(ignored))).toHaveProperty('code')
})
