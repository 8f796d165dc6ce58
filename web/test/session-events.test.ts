import { afterEach, expect, test, vi } from 'vitest'
import { problem, signedIn, signedOut } from './support/answers.ts'
import { buttonNamed, linkNamed, openApp, politely, settle, urgently } from './support/open-app.ts'

const expiring = {
  serverTime: '2026-01-01T08:58:00Z',
  idleExpiresAt: '2026-01-01T09:00:00Z',
  expiresAt: '2026-01-01T20:00:00Z',
}
const extended = signedIn({
  serverTime: '2026-01-01T08:58:30Z',
  idleExpiresAt: '2026-01-01T09:58:30Z',
})
/** As the page writes the time, in the reader's own time zone. */
const nine = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(
  new Date(expiring.idleExpiresAt),
)

afterEach(() => {
  vi.useRealTimers()
})

async function look(visibility: DocumentVisibilityState) {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility)
  document.dispatchEvent(new Event('visibilitychange'))
  await settle()
}

test('a page listens on one stream while a person is signed in, and on none otherwise', async () => {
  const { streams } = await openApp('/', { '/api/session': signedIn() })
  expect(streams.all.map(({ url }) => url)).toEqual(['/api/session/events'])
  const signedOutApp = await openApp('/login', { '/api/session': signedOut() })
  expect(signedOutApp.streams.all).toEqual([])
})

test.each([
  ['expired', 'Your session has expired.'],
  ['revoked', 'Your session was ended.'],
] as const)('a session that is %s leads to the login page at once', async (reason, words) => {
  const { page, router, streams } = await openApp('/sessions', {
    '/api/session': [signedIn(), signedOut()],
  })
  streams.last.send('ended', { reason })
  await settle()
  expect(router.currentRoute.value.fullPath).toBe('/login?returnTo=/sessions')
  expect(page.get('.notice').text()).toContain(words)
  expect(streams.open).toEqual([])
})

test('a hidden page holds no connection', async () => {
  const { streams } = await openApp('/', { '/api/session': signedIn() })
  await look('hidden')
  expect(streams.open).toEqual([])
  await look('visible')
  expect(streams.open).toHaveLength(1)
  expect(streams.all).toHaveLength(2)
})

test('signing out closes the stream', async () => {
  vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
  const { page, streams } = await openApp('/', {
    '/api/session': signedIn(),
    'POST /auth/logout': { status: 200, body: '{"logoutUrl":"https://login.example/"}' },
  })
  await buttonNamed(page, 'Sign out').trigger('click')
  await settle()
  expect(streams.open).toEqual([])
})

test('a session that is about to end can be kept', async () => {
  const { page, server, streams } = await openApp('/', {
    '/api/session': signedIn(),
    'POST /api/session/extend': extended,
  })
  streams.last.send('expiring', expiring)
  await settle()
  expect(page.get('.notice').text()).toContain(`Your session ends at ${nine}.`)
  expect(urgently(page)).toBe(`Your session ends at ${nine}.`)

  const button = buttonNamed(page, 'Stay signed in')
  button.element.focus()
  await button.trigger('click')
  await settle()
  expect(server.requests.at(-1)).toBe('POST /api/session/extend')
  expect(page.find('.notice').exists()).toBe(false)
  expect(politely(page)).toBe('You stay signed in.')
  expect(document.activeElement).toBe(page.get('h1').element)
})

test('a session that cannot be extended offers to sign in again, and to come back', async () => {
  const { page, streams } = await openApp('/result/nothing', { '/api/session': signedIn() })
  streams.last.send('expiring', { ...expiring, expiresAt: expiring.idleExpiresAt })
  await settle()
  expect(page.text()).not.toContain('Stay signed in')
  expect(linkNamed(page, 'Sign in again').attributes('href')).toBe(
    '/auth/login?returnTo=%2Fresult%2Fnothing',
  )
})

test('a person who extends too late learns that the session is over', async () => {
  const { page, router, streams } = await openApp('/', {
    '/api/session': [signedIn(), signedOut()],
    'POST /api/session/extend': problem(401, 'session_expired'),
  })
  streams.last.send('expiring', expiring)
  await settle()
  await buttonNamed(page, 'Stay signed in').trigger('click')
  await settle()
  expect(router.currentRoute.value.path).toBe('/login')
  expect(page.get('.notice').text()).toContain('Your session has expired.')
})

test('an extension that fails says so, and may be tried again', async () => {
  const { page, streams } = await openApp('/', {
    '/api/session': signedIn(),
    'POST /api/session/extend': ['unreachable', extended],
  })
  streams.last.send('expiring', expiring)
  await settle()
  await buttonNamed(page, 'Stay signed in').trigger('click')
  await settle()
  expect(page.get('.notice').text()).toContain('That did not work.')
  await buttonNamed(page, 'Stay signed in').trigger('click')
  await settle()
  expect(page.find('.notice').exists()).toBe(false)
})

test('a session that was extended elsewhere ends the warning', async () => {
  const { page, server, streams } = await openApp('/', { '/api/session': signedIn() })
  streams.last.send('expiring', expiring)
  await settle()
  server.replies['/api/session'] = extended
  await look('visible')
  expect(page.find('.notice').exists()).toBe(false)
})

test('when the time is over, the page asks the server even without an event', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, router, server, streams } = await openApp('/', { '/api/session': signedIn() })
  streams.last.send('expiring', expiring)
  await settle()
  server.replies['/api/session'] = signedOut({ reason: 'expired' })
  await vi.advanceTimersByTimeAsync(121_000)
  await settle()
  expect(router.currentRoute.value.path).toBe('/login')
  expect(page.get('.notice').text()).toContain('Your session has expired.')
})

test('a stream that breaks is reopened by the browser alone', async () => {
  const { server, streams } = await openApp('/', { '/api/session': signedIn() })
  const before = server.requests.length
  streams.last.break(0)
  await settle()
  expect(streams.all).toHaveLength(1)
  expect(server.requests.slice(before)).toEqual(['/api/session'])
})

test('a stream that breaks because the server is away shows a banner at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server, streams } = await openApp('/', { '/api/session': signedIn() })
  server.replies['/api/session'] = 'unreachable'
  streams.last.break(0)
  await vi.advanceTimersByTimeAsync(2_500)
  await settle()
  expect(page.get('.notice').text()).toContain('The server does not answer.')
  const before = server.requests.length
  streams.last.break(0)
  await settle()
  expect(server.requests).toHaveLength(before)
})

test('a stream that the server refuses makes the page ask for the session, and is reopened when the page is shown or later', async () => {
  const { server, streams } = await openApp('/', { '/api/session': signedIn() })
  const before = server.requests.length
  streams.last.break(2)
  await settle()
  expect(server.requests.slice(before)).toEqual(['/api/session'])
  expect(streams.all).toHaveLength(1)
  await look('visible')
  expect(streams.open).toHaveLength(1)
  vi.useFakeTimers()
  streams.last.break(2)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(streams.open).toHaveLength(1)
})
