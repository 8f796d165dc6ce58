import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, client, signIn, tokensOf } from './support/sign-in.ts'

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

test('signing out tells clients the sid without iss and returns to the client', async () => {
  const { browser: adele, body } = await tokensOf(emulator, 'Adele Vance')
  const { sid, login_hint: hint } = decodeJwt(String(body['id_token']))
  const query = new URLSearchParams({
    post_logout_redirect_uri: 'http://localhost:3000/',
    logout_hint: String(hint),
  })
  const page = await adele.open(`${emulator.authority}/oauth2/v2.0/logout?${query.toString()}`)
  expect(page.text).toContain(
    `src="http://localhost:3000/auth/frontchannel-logout?sid=${String(sid)}"`,
  )
  expect(page.text).not.toContain('iss=')
  expect(page.text).toContain('location.replace("http://localhost:3000/")')
  const silent = await adele.open(authorizeUrl(emulator, { prompt: 'none' }))
  expect(answerOf(silent)).toMatchObject({ error: 'login_required' })
})

test('signing out never leads to an address nobody registered', async () => {
  const url = `${emulator.authority}/oauth2/v2.0/logout?post_logout_redirect_uri=http://evil.example/`
  const page = await browser.open(url)
  expect(page.text).toContain('You signed out of your account')
  expect(page.text).not.toContain('evil.example')
})

test('of two accounts the chosen one is signed out, and the other stays', async () => {
  await signIn(browser, authorizeUrl(emulator), 'Adele Vance')
  await signIn(browser, authorizeUrl(emulator, { prompt: 'select_account' }), 'Alex Wilber')
  const choice = await signOut({ post_logout_redirect_uri: 'http://localhost:3000/' })
  expect(choice.text).toContain('Which account do you want to sign out of?')
  expect(framesOf(choice.text)).toEqual([])
  const left = await browser.press(choice, 'Alex Wilber')
  expect(framesOf(left.text)).toHaveLength(1)
  expect(left.text).toContain('location.replace("http://localhost:3000/")')
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
