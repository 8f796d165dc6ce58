import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, client, redirectUri, signIn, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
let browser: Browser
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
  browser = new Browser(emulator.url)
})
afterEach(() => emulator.close())

const signOut = (params: Record<string, string> = {}) =>
  browser.open(`${emulator.authority}/oauth2/v2.0/logout?${new URLSearchParams(params).toString()}`)

const isSignedIn = async (name: string) => {
  const hint = { prompt: 'none', login_hint: `${name}@contoso.onmicrosoft.com` }
  return 'code' in answerOf(await browser.open(authorizeUrl(emulator, hint)))
}

const framesOf = (text: string) =>
  [...text.matchAll(/<iframe[^>]*sid=([\w-]+)"/g)].map(([, id]) => id)

test('signing out calls the front-channel URL with sid and without iss, and returns to the client', async () => {
  const { browser: adele, body } = await tokensOf(emulator, 'Adele Vance')
  const { sid, login_hint: hint } = decodeJwt(String(body['id_token']))
  const query = new URLSearchParams({
    post_logout_redirect_uri: redirectUri,
    logout_hint: String(hint),
  })
  const page = await adele.open(`${emulator.authority}/oauth2/v2.0/logout?${query.toString()}`)
  expect(page.text).toContain(
    `src="http://localhost:3000/auth/frontchannel-logout?sid=${String(sid)}"`,
  )
  expect(page.text).not.toContain('iss=')
  expect(page.text).toContain(`location.replace("${redirectUri}")`)
  const silent = await adele.open(authorizeUrl(emulator, { prompt: 'none' }))
  expect(answerOf(silent)).toMatchObject({ error: 'login_required' })
})

test('signing out does not return to an address that no client registered', async () => {
  const url = `${emulator.authority}/oauth2/v2.0/logout?post_logout_redirect_uri=http://evil.example/`
  const page = await browser.open(url)
  expect(page.text).toContain('You signed out of your account')
  expect(page.text).not.toContain('evil.example')
})

test.each([
  ['the home page, which is no redirect URI', 'http://localhost:3000/'],
  ['a redirect URI in another case', 'http://localhost:3000/gettoken'],
  ['a redirect URI of another app', 'http://localhost:5000/callback'],
])('signing out does not return to %s', async (_what, address) => {
  emulator.registerClient({ clientId: 'other', redirectUris: ['http://localhost:5000/callback'] })
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  const choice = await signOut({ post_logout_redirect_uri: address })
  const left = await browser.press(choice, 'Adele Vance')
  expect(left.text).toContain('You signed out of your account')
  expect(left.text).not.toContain(`"${address}"`)
})

test('signing out returns to a redirect URI on any port of localhost, with the state', async () => {
  emulator.registerClient({ clientId: client.clientId, redirectUris: [redirectUri] })
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  const address = 'http://localhost:3456/getAToken'
  const choice = await signOut({ post_logout_redirect_uri: address, state: 'x' })
  const left = await browser.press(choice, 'Adele Vance')
  expect(left.url).toBe(`${address}?state=x`)
})

test('an ID token hint names the client, even without a session', async () => {
  emulator.registerClient({
    clientId: client.clientId,
    clientSecret: 's3cret',
    redirectUris: [redirectUri],
  })
  const { body } = await tokensOf(emulator, 'Adele Vance')
  const hint = { id_token_hint: String(body['id_token']), post_logout_redirect_uri: redirectUri }
  expect((await signOut(hint)).url).toBe(redirectUri)
  const forged = { ...hint, id_token_hint: `${hint.id_token_hint}x` }
  expect((await signOut(forged)).text).toContain('You signed out of your account')
})

test('the user chooses the account, unless logout_hint is a login_hint claim; a username is ignored', async () => {
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  for (const params of [{}, { logout_hint: 'AdeleV@contoso.onmicrosoft.com' }]) {
    expect((await signOut(params)).text).toContain('Which account do you want to sign out of?')
  }
  expect(await isSignedIn('AdeleV')).toBe(true)
})

test('of two accounts the chosen one is signed out, and the other stays signed in', async () => {
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  await signIn(browser, authorizeUrl(emulator, { prompt: 'select_account' }), 'Alex Wilber')
  const choice = await signOut({ post_logout_redirect_uri: redirectUri })
  expect(choice.text).toContain('Which account do you want to sign out of?')
  expect(framesOf(choice.text)).toEqual([])
  const left = await browser.press(choice, 'Alex Wilber')
  expect(framesOf(left.text)).toHaveLength(1)
  expect(left.text).toContain(`location.replace("${redirectUri}")`)
  expect(await isSignedIn('AlexW')).toBe(false)
  expect(await isSignedIn('AdeleV')).toBe(true)
})

test('all accounts can be signed out at once, each with its own sid', async () => {
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  await signIn(browser, authorizeUrl(emulator, { prompt: 'select_account' }), 'Alex Wilber')
  const left = await browser.press(await signOut(), 'All accounts')
  expect(new Set(framesOf(left.text)).size).toBe(2)
  expect(await isSignedIn('AdeleV')).toBe(false)
  expect(await isSignedIn('AlexW')).toBe(false)
})
