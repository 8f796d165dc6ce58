import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fabrikam, startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, client, redeem, signIn, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
let browser: Browser
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
  browser = new Browser(emulator.url)
})
afterEach(() => emulator.close())

test('the answer has code, state and session_state, and no iss', async () => {
  const page = await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  expect(Object.keys(answerOf(page)).sort()).toEqual(['code', 'session_state', 'state'])
})

test('a signed-in browser gets a code without a page, and consents only once', async () => {
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  expect(answerOf(await browser.open(authorizeUrl(emulator)))).toHaveProperty('code')
  const picker = await browser.open(authorizeUrl(emulator, { prompt: 'select_account' }))
  expect(picker.text).toContain('Pick an account')
  expect(answerOf(await browser.press(picker, 'Adele Vance'))).toHaveProperty('code')
})

test('a login_hint skips the account picker, as a username and as the login_hint claim', async () => {
  const hint = authorizeUrl(emulator, { login_hint: 'alexw@contoso.onmicrosoft.com' })
  const page = await browser.press(await browser.open(hint), 'Accept')
  const { body } = await redeem(emulator, page)
  const claims = decodeJwt(String(body['id_token']))
  const opaque = authorizeUrl(emulator, { login_hint: String(claims['login_hint']) })
  expect(answerOf(await new Browser(emulator.url).open(opaque))).toHaveProperty('code')
})

test.each([
  ['Cancel', 'access_denied', 'AADSTS65004'],
  ['No, cancel', 'access_denied', 'AADSTS65004'],
])('%s returns to the client with %s', async (button, error, number) => {
  let page = await browser.open(authorizeUrl(emulator))
  if (button === 'No, cancel') page = await browser.press(page, 'Adele Vance')
  const answer = answerOf(await browser.press(page, button))
  expect(answer).toMatchObject({ error, state: 'a state' })
  expect(answer['error_description']).toContain(number)
})

test('a redirect URI of localhost may have any port, and the code is bound to that port', async () => {
  const redirect = { redirect_uri: 'http://localhost:54321/getAToken' }
  const page = await signIn(browser, authorizeUrl(emulator, redirect), 'Adele Vance')
  expect(page.url).toMatch(/^http:\/\/localhost:54321\/getAToken\?code=/)
  expect((await redeem(emulator, page)).body).toMatchObject({ error_codes: [500112] })
  expect((await redeem(emulator, page, redirect)).status).toBe(200)
})

test('an unknown tenant is refused', async () => {
  const response = await fetch(`${emulator.url}/nowhere/v2.0/.well-known/openid-configuration`)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
})

test('the account picker refuses an unknown account and an account of another tenant', async () => {
  const page = await browser.open(authorizeUrl(emulator))
  const unknown = await browser.press(page, 'Next', { username: 'nobody@contoso.com' })
  expect(unknown.text).toContain('AADSTS50034')
  const foreign = { username: `RobinK@${fabrikam.domain}` }
  expect((await browser.press(unknown, 'Next', foreign)).text).toContain('AADSTS50020')
})

test('common signs in a user of any tenant, with the issuer of that tenant', async () => {
  const authority = `${emulator.url}/common`
  const metadata = await fetch(`${authority}/v2.0/.well-known/openid-configuration`)
  expect(await metadata.json()).toMatchObject({ issuer: `${emulator.url}/{tenantid}/v2.0` })
  const page = await signIn(browser, authorizeUrl(emulator, { authority }), 'Robin Kline')
  const { body } = await redeem(emulator, page)
  expect(decodeJwt(String(body['id_token']))).toMatchObject({
    tid: fabrikam.id,
    iss: `${emulator.url}/${fabrikam.id}/v2.0`,
  })
})

test('consumers signs in personal accounts, organizations all other accounts', async () => {
  const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
  const consumers = { authority: `${emulator.url}/consumers` }
  const metadata = await fetch(`${consumers.authority}/v2.0/.well-known/openid-configuration`)
  expect(await metadata.json()).toMatchObject({ issuer: `${emulator.url}/${personal}/v2.0` })
  const page = await signIn(browser, authorizeUrl(emulator, consumers), 'Patti Fernandez')
  const { body } = await redeem(emulator, page)
  expect(decodeJwt(String(body['id_token']))).toMatchObject({ tid: personal })
  const organizations = { authority: `${emulator.url}/organizations`, prompt: 'select_account' }
  const picker = await browser.open(authorizeUrl(emulator, organizations))
  expect(picker.text).toContain('Robin Kline')
  expect(picker.text).not.toContain('Patti Fernandez')
})

test('prompt=none turns a missing step into an error', async () => {
  const silent = (scope: string) => browser.open(authorizeUrl(emulator, { prompt: 'none', scope }))
  expect(answerOf(await silent('openid'))).toMatchObject({ error: 'login_required' })
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  expect(answerOf(await silent('openid'))).toHaveProperty('code')
  expect(answerOf(await silent('Mail.Read'))).toMatchObject({ error: 'consent_required' })
  const other = authorizeUrl(emulator, { prompt: 'select_account' })
  await signIn(browser, other, 'Alex Wilber')
  expect(answerOf(await silent('openid'))).toMatchObject({ error: 'interaction_required' })
})

test('only an administrator can consent to a scope that needs one', async () => {
  const url = authorizeUrl(emulator, { scope: 'openid GroupMember.Read.All' })
  const page = await browser.press(await browser.open(url), 'Adele Vance')
  expect(page.text).toContain('Need admin approval')
  const answer = answerOf(await browser.press(page, 'Return to the application'))
  expect(answer).toMatchObject({ error: 'access_denied', error_subcode: 'consent_required' })
  const admin = await tokensOf(emulator, 'Megan Bowen', 'openid GroupMember.Read.All')
  expect(admin.body['scope']).toContain('GroupMember.Read.All')
})

test('automatic mode shows no page and consents to everything', async () => {
  emulator.signInAutomaticallyAs('AdeleV@contoso.onmicrosoft.com')
  const url = authorizeUrl(emulator, { prompt: 'select_account', scope: 'openid Mail.Read' })
  expect(answerOf(await browser.open(url))).toHaveProperty('code')
})

test('a request as a form post leads through the pages', async () => {
  const url = new URL(authorizeUrl(emulator))
  const page = await browser.open(url.origin + url.pathname, url.searchParams)
  const consent = await browser.press(page, 'Adele Vance')
  const answer = answerOf(await browser.press(consent, 'Accept'))
  expect(answer).toMatchObject({ code: expect.any(String) as string, state: 'a state' })
})
