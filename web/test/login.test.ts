import { expect, test } from 'vitest'
import { signedIn, signedOut } from './support/answers.ts'
import { linkNamed, openApp, settle } from './support/open-app.ts'

const app = { name: 'Contoso Portal', version: '1.2.3' }

test('a signed-out person who opens a result is sent to sign in and keeps the way back', async () => {
  const { page, router, server } = await openApp('/result/me?$top=5', {
    '/api/session': signedOut(),
  })
  expect(router.currentRoute.value.path).toBe('/login')
  expect(page.get('h1').text()).toBe('Sign in')
  const href = linkNamed(page, 'Sign in with Microsoft').attributes('href')
  expect(href).toBe('/auth/login?returnTo=%2Fresult%2Fme%3F%24top%3D5')
  expect(server.requests).toEqual(['/api/session'])
})

test('a signed-in person who opens the login page is sent where they wanted to go', async () => {
  const { router } = await openApp('/login?returnTo=/nowhere', { '/api/session': signedIn() })
  expect(router.currentRoute.value.path).toBe('/nowhere')
})

test.each([
  '//evil.example',
  '/..//evil.example/',
  '/.//evil.example',
  '/%2e%2e//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'https://evil.example',
  'evil',
])('the login page never leads to %j', async (returnTo) => {
  const path = `/login?returnTo=${encodeURIComponent(returnTo)}`
  const signedOutPage = await openApp(path, { '/api/session': signedOut() })
  const href = linkNamed(signedOutPage.page, 'Sign in with Microsoft').attributes('href')
  expect(href).toBe('/auth/login')
  const { router } = await openApp(path, { '/api/session': signedIn() })
  expect(router.currentRoute.value.fullPath).toBe('/')
})

test('the Microsoft button says that it is opening, and is ready again on the way back', async () => {
  const { page } = await openApp('/login', { '/api/session': signedOut() })
  const button = linkNamed(page, 'Sign in with Microsoft')
  button.element.addEventListener('click', (event) => {
    event.preventDefault()
  })
  await button.trigger('click')
  expect(button.text()).toBe('Opening Microsoft…')
  expect(button.attributes('aria-disabled')).toBe('true')
  window.dispatchEvent(new Event('pageshow'))
  await settle()
  expect(button.text()).toBe('Sign in with Microsoft')
  expect(button.attributes('aria-disabled')).toBeUndefined()
})

test('a different account is asked for without a hint', async () => {
  const { page } = await openApp('/login', { '/api/session': signedOut() })
  const href = linkNamed(page, 'Use a different account').attributes('href')
  expect(href).toBe('/auth/login?prompt=select_account')
})

test('another device is offered only if the server allows it', async () => {
  const without = await openApp('/login', { '/api/session': signedOut() })
  expect(without.page.text()).not.toContain('another device')
  const methods = { signIn: { methods: ['redirect' as const, 'device' as const] } }
  const { page } = await openApp('/login', { '/api/session': signedOut(methods) })
  expect(linkNamed(page, 'Sign in on another device').attributes('href')).toBe('/login/device')
})

test.each([
  ['expired', 'Your session has expired.'],
  ['revoked', 'Your session was ended.'],
] as const)('a person whose session is %s reads why they are here', async (reason, words) => {
  const { page } = await openApp('/', { '/api/session': signedOut({ reason }) })
  expect(page.get('.notice').text()).toContain(words)
})

test('the demo says that it is a demo, and signs sample people in with one click', async () => {
  const demo = { users: [{ name: 'Megan Bowen', username: 'megan@contoso.example' }] }
  const { page } = await openApp('/login?returnTo=/result/me', {
    '/api/session': signedOut({ app: { ...app, demo } }),
  })
  expect(page.text()).toContain('Demo mode: local emulator, no data leaves this computer')
  const href = page.get('.people a').attributes('href')
  expect(href).toBe('/auth/login?returnTo=%2Fresult%2Fme&loginHint=megan%40contoso.example')
})

test('every view names the app and its version', async () => {
  const { page } = await openApp('/login', { '/api/session': signedOut() })
  expect(page.get('footer').text()).toContain('Contoso Portal')
  expect(page.get('footer').text()).toContain('Version 1.2.3')
  expect(document.title).toBe('Sign in · Contoso Portal')
})
