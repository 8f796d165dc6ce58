import type { OwnSession } from '@entra-bff/shared'
import { expect, test } from 'vitest'
import { browserName } from '../src/components/browser-name.ts'
import { noContent, ownSessions, problem, signedIn, signedOut } from './support/answers.ts'
import type { Replies } from './support/fake-server.ts'
import { buttonNamed, linkNamed, openApp, politely, settle, urgently } from './support/open-app.ts'

const edge =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0'
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'

const own = (changes: Partial<OwnSession>): OwnSession => ({
  id: 'phone',
  current: false,
  createdAt: '2026-01-01T06:00:00Z',
  lastSeenAt: '2026-01-01T07:00:00Z',
  userAgent: safari,
  ip: '192.0.2.1',
  ...changes,
})
const three = ownSessions([
  own({}),
  own({ id: 'this/one', current: true, userAgent: edge, lastSeenAt: '2026-01-01T06:30:00Z' }),
  own({ id: 'laptop', userAgent: firefox, lastSeenAt: '2026-01-01T07:59:00Z', ip: '2001:db8::1' }),
])

const createSessionRoom = (replies: Replies = {}) =>
  openApp('/sessions', { '/api/session': signedIn(), '/api/sessions': three, ...replies })
type Page = Awaited<ReturnType<typeof createSessionRoom>>['page']
const namesIn = (page: Page) => page.findAll('.session h2').map((name) => name.text())

test('the welcome page leads to the sessions', async () => {
  const { page } = await openApp('/', { '/api/session': signedIn() })
  expect(linkNamed(page, 'Your sessions').attributes('href')).toBe('/sessions')
})

test('this device comes first, then the others, the last used before the rest', async () => {
  const { page } = await createSessionRoom()
  expect(page.get('h1').text()).toBe('Your sessions')
  expect(namesIn(page)).toEqual([
    'Edge on Windows This device',
    'Firefox on Linux',
    'Safari on iPhone',
  ])
  const rows = page.findAll('.session')
  expect(rows[0]?.find('button').exists()).toBe(false)
  expect(rows[1]?.text()).toContain('2001:db8::1')
  expect(rows[1]?.findAll('time').map((time) => time.attributes('datetime'))).toEqual([
    '2026-01-01T06:00:00Z',
    '2026-01-01T07:59:00Z',
  ])
})

test('one other session is ended, and the list goes on without it', async () => {
  const { page, server } = await createSessionRoom({ 'DELETE /api/sessions/phone': noContent })
  const button = buttonNamed(page, 'Sign out Safari on iPhone')
  button.element.focus()
  await button.trigger('click')
  await settle()
  expect(server.requests.at(-1)).toBe('DELETE /api/sessions/phone')
  expect(namesIn(page)).toEqual(['Edge on Windows This device', 'Firefox on Linux'])
  expect(politely(page)).toBe('Safari on iPhone is signed out.')
  expect(document.activeElement).toBe(page.get('h1').element)
})

test('a session that had ended already leaves the list, too', async () => {
  const { page } = await createSessionRoom({
    'DELETE /api/sessions/phone': problem(404, 'not_found'),
  })
  await buttonNamed(page, 'Sign out Safari on iPhone').trigger('click')
  await settle()
  expect(namesIn(page)).not.toContain('Safari on iPhone')
})

test('all other sessions are ended at once', async () => {
  const { page, server } = await createSessionRoom({
    'DELETE /api/sessions?scope=others': noContent,
  })
  await buttonNamed(page, 'Sign out everywhere else').trigger('click')
  await settle()
  expect(server.requests.at(-1)).toBe('DELETE /api/sessions?scope=others')
  expect(namesIn(page)).toEqual(['Edge on Windows This device'])
  expect(politely(page)).toBe('You are signed out everywhere else.')
  expect(page.text()).not.toContain('Sign out')
})

test('a session that could not be ended stays in the list, and the page says so', async () => {
  const { page } = await createSessionRoom({
    'DELETE /api/sessions/phone': [problem(503, 'store_unavailable'), noContent],
  })
  const button = buttonNamed(page, 'Sign out Safari on iPhone')
  await button.trigger('click')
  await settle()
  expect(page.get('.notice').text()).toContain('nothing was signed out')
  expect(urgently(page)).toContain('nothing was signed out')
  expect(namesIn(page)).toContain('Safari on iPhone')
  await button.trigger('click')
  await settle()
  expect(page.find('.notice').exists()).toBe(false)
})

test.each(['/api/sessions', 'DELETE /api/sessions/phone'])(
  'if %s says that our own session is revoked, the login page says so',
  async (request) => {
    const { page, router } = await createSessionRoom({
      '/api/session': [signedIn(), signedOut()],
      [request]: problem(401, 'session_revoked'),
    })
    if (request.startsWith('DELETE'))
      await buttonNamed(page, 'Sign out Safari on iPhone').trigger('click')
    await settle()
    expect(router.currentRoute.value.fullPath).toBe('/login?returnTo=/sessions')
    expect(page.get('.notice').text()).toContain('Your session was ended.')
  },
)

test('a list that cannot be loaded is explained, and can be tried again', async () => {
  const { page } = await createSessionRoom({
    '/api/sessions': [problem(503, 'store_unavailable'), three],
  })
  expect(page.text()).toContain('Title of store_unavailable')
  await buttonNamed(page, 'Try again').trigger('click')
  await settle()
  expect(namesIn(page)).toHaveLength(3)
})

test.each([
  [edge, 'Edge on Windows'],
  [safari, 'Safari on iPhone'],
  [
    'Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
    'Samsung Internet on Android',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
    'Chrome on macOS',
  ],
  ['curl/8.5.0', 'curl/8.5.0'],
  ['x'.repeat(200), 'x'.repeat(80)],
  ['', 'Unknown browser'],
])('%j is called %j', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name)
})
