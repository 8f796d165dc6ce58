import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { problem, setup, signedIn, signedOut, signInError } from './support/answers.ts'
import type { Replies } from './support/fake-server.ts'
import { buttonNamed, linkNamed, openApp, settle, urgently } from './support/open-app.ts'

afterEach(() => {
  vi.useRealTimers()
})

const report = signInError({
  ref: 'abc',
  code: 'access_denied',
  title: 'You declined <b>it</b>',
  detail: 'Try again and accept.',
  aadsts: '65004',
  correlationId: 'correlation-1',
  traceId: 'trace-1',
  timestamp: '2026-01-01T08:00:00Z',
  retry: { href: '/auth/login?returnTo=%2Fresult%2Fme', label: 'Try again' },
})

test('a sign-in error says what happened, what to do, and what support needs', async () => {
  const { page } = await openApp('/error?ref=abc', {
    '/api/session': signedOut(),
    '/api/errors/abc': report,
  })
  expect(page.get('h1').text()).toBe('You declined <b>it</b>')
  expect(linkNamed(page, 'Try again').attributes('href')).toBe(
    '/auth/login?returnTo=%2Fresult%2Fme',
  )
  const details = page.get('details').text()
  for (const fact of ['access_denied', 'AADSTS65004', 'correlation-1', 'trace-1', '2026-01-01'])
    expect(details).toContain(fact)
})

test('a person who is signed in meanwhile may continue', async () => {
  const { page } = await openApp('/error?ref=abc', {
    '/api/session': signedIn(),
    '/api/errors/abc': report,
  })
  expect(linkNamed(page, 'Continue').attributes('href')).toBe('/')
})

test('a person who declines a further permission can go back to the page that asked, or be asked again', async () => {
  const { page, router } = await openApp('/error?ref=abc', {
    '/api/session': signedIn(),
    '/api/errors/abc': signInError({
      ref: 'abc',
      code: 'consent_declined',
      title: 'You did not give this permission',
      detail: 'Nothing has changed: you are still signed in.',
      timestamp: '2026-01-01T08:00:00Z',
      retry: { href: '/auth/login?scopes=Calendars.Read', label: 'Ask again' },
      back: { href: '/nowhere?a=b', label: 'Go back' },
    }),
  })
  expect(page.findAll('.actions a').map((link) => link.text())).toEqual(['Go back', 'Ask again'])
  expect(linkNamed(page, 'Ask again').attributes('href')).toBe('/auth/login?scopes=Calendars.Read')
  expect(page.find('.notice').exists()).toBe(false)
  await linkNamed(page, 'Go back').trigger('click')
  await settle()
  expect(router.currentRoute.value.fullPath).toBe('/nowhere?a=b')
})

test.each(['https://evil.example/', '/..//evil.example/'])(
  'a link back to another origin leads home instead: %s',
  async (href) => {
    const { page } = await openApp('/error?ref=abc', {
      '/api/session': signedIn(),
      '/api/errors/abc': signInError({
        ref: 'abc',
        code: 'consent_declined',
        title: 'Title',
        detail: 'Detail',
        timestamp: '2026-01-01T08:00:00Z',
        retry: { href, label: 'Ask again' },
        back: { href, label: 'Go back' },
      }),
    })
    for (const name of ['Go back', 'Ask again']) {
      expect(linkNamed(page, name).attributes('href')).toBe('/')
    }
  },
)

test('an error report that has expired offers to sign in', async () => {
  const { page } = await openApp('/error?ref=gone', { '/api/session': signedOut() })
  expect(page.get('h1').text()).toBe('This error report has expired')
  expect(linkNamed(page, 'Sign in').attributes('href')).toBe('/auth/login')
})

test('a server without settings leads to the Setup view, with everything to copy', async () => {
  const { page, router } = await openApp('/', {
    '/api/session': problem(503, 'config_missing'),
    '/api/setup': setup({
      configured: false,
      redirectUri: 'http://localhost:3000/getAToken',
      settings: [{ name: 'CLIENT_SECRET', status: 'missing', detail: 'A client secret' }],
    }),
  })
  expect(router.currentRoute.value.path).toBe('/setup')
  expect(page.get('h1').text()).toBe(
    'Almost there. Did you forget to set up necessary environment variables?',
  )
  expect(page.text()).toContain('CLIENT_SECRET')
  expect(page.text()).toContain('Missing')
  expect(page.get('#redirect-uri').text()).toBe('http://localhost:3000/getAToken')
  expect(page.get('#env-block').text()).toContain('AUTHORITY=https://login.microsoftonline.com/')
})

test('a browser on another machine learns only that the app is not configured', async () => {
  const { page } = await openApp('/', {
    '/api/session': problem(503, 'config_missing'),
    '/api/setup': setup({ configured: false }),
  })
  expect(page.text()).toContain('This app is not configured yet. Contact its owner.')
  expect(page.text()).not.toContain('CLIENT_ID')
})

test('the Setup view goes home as soon as the settings are there', async () => {
  const { router } = await openApp('/setup', {
    '/api/session': [problem(503, 'config_missing'), signedOut()],
    '/api/setup': [setup({ configured: false }), setup({ configured: true })],
  })
  window.dispatchEvent(new Event('focus'))
  await settle()
  expect(router.currentRoute.value.path).toBe('/login')
})

test('the Setup view of a server that runs names a claim that its app registration does not give', async () => {
  const { page, router } = await openApp('/setup', {
    '/api/session': signedIn(),
    '/api/setup': setup({
      configured: true,
      settings: [{ name: 'claim groups', status: 'missing', detail: 'Add groups claim' }],
    }),
  })
  expect(router.currentRoute.value.path).toBe('/setup')
  expect(page.text()).toContain('Add groups claim')
})

test('a restart of the server goes unnoticed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page } = await openApp('/', {
    '/api/session': ['unreachable', 'unreachable', signedIn()],
  })
  await vi.advanceTimersByTimeAsync(1000)
  await settle()
  expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
})

test('a page that cannot reach the server says so, and recovers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, router, server } = await openApp('/result/me', { '/api/session': 'unreachable' })
  await vi.advanceTimersByTimeAsync(2500)
  await settle()
  expect(page.get('h1').text()).toBe('We can’t reach the server')
  expect(router.currentRoute.value.path).toBe('/result/me')

  server.replies['/api/session'] = signedOut()
  await buttonNamed(page, 'Try again').trigger('click')
  await settle()
  expect(router.currentRoute.value.fullPath).toBe('/login?returnTo=/result/me')
})

test('a request without an answer ends after ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server } = await openApp('/', { '/api/session': 'silent' })
  expect(page.find('.skeleton-hidden').exists()).toBe(true)
  await vi.advanceTimersByTimeAsync(200)
  expect(page.find('.skeleton-hidden').exists()).toBe(false)
  await vi.advanceTimersByTimeAsync(10_000)
  await settle()
  expect(page.get('h1').text()).toBe('We can’t reach the server')
  expect(server.requests).toEqual(['/api/session'])
})

test('a page from the browser’s cache keeps its content while the server is away', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server } = await openApp('/', { '/api/session': signedIn() })
  server.replies['/api/session'] = 'unreachable'
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await vi.advanceTimersByTimeAsync(3000)
  await settle()
  expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
  expect(page.get('.notice').text()).toContain('The server does not answer.')
})

test('a lost connection is announced and tried again by itself, and its return is announced', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server } = await openApp('/', { '/api/session': signedIn() })
  server.replies['/api/session'] = 'unreachable'
  window.dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(2_500)
  await settle()
  expect(page.get('.notice').text()).toContain('The server does not answer.')
  expect(urgently(page)).toContain('The server does not answer.')

  // The tries come after 3 s and then 6 s. Each request is repeated three times, as during a restart.
  await vi.advanceTimersByTimeAsync(3_000 + 2_500)
  expect(page.find('.notice').exists()).toBe(true)
  server.replies['/api/session'] = signedIn()
  await vi.advanceTimersByTimeAsync(6_000)
  await settle()
  expect(page.find('.notice').exists()).toBe(false)
  expect(urgently(page)).toBe('The server answers again.')
  const before = server.requests.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(server.requests).toHaveLength(before)
})

test('a browser that is online again asks at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server } = await openApp('/', { '/api/session': signedIn() })
  server.replies['/api/session'] = 'unreachable'
  window.dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(2_500)
  await settle()
  server.replies['/api/session'] = signedIn()
  window.dispatchEvent(new Event('online'))
  await settle()
  expect(page.find('.notice').exists()).toBe(false)
})

describe('a view whose file cannot be loaded', () => {
  const assign = vi.fn<(href: string | URL) => void>()
  beforeEach(() => {
    assign.mockReset()
    vi.spyOn(window.location, 'assign').mockImplementation(assign)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })

  async function openWithoutFile(replies: Replies) {
    const app = await openApp('/', { '/api/session': signedIn(), ...replies })
    app.router.addRoute({
      path: '/gone',
      component: () => Promise.reject(new TypeError('Failed to fetch module')),
      meta: { access: 'anyone', title: 'Gone' },
    })
    const go = async () => {
      await app.router.push('/gone?a=b').catch(() => undefined)
      await settle()
    }
    return { ...app, go }
  }

  test('is loaded by one reload of its address, without a loop', async () => {
    const { page, go } = await openWithoutFile({})
    await go()
    expect(assign.mock.calls).toEqual([['/gone?a=b']])
    // As after the reload: the file is still missing.
    await go()
    expect(assign).toHaveBeenCalledTimes(1)
    expect(page.get('h1').text()).toBe('We can’t reach the server')
    await vi.advanceTimersByTimeAsync(100_000)
    expect(assign).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(assign).toHaveBeenCalledTimes(2)
    await buttonNamed(page, 'Try again').trigger('click')
    await settle()
    expect(assign).toHaveBeenCalledTimes(3)
  })

  test('waits while the server is away, and is loaded once the server is back', async () => {
    const { page, server, go } = await openWithoutFile({})
    server.replies['/api/session'] = 'unreachable'
    const going = go()
    await vi.advanceTimersByTimeAsync(2_500)
    await going
    expect(assign).not.toHaveBeenCalled()
    expect(page.get('h1').text()).toBe('We can’t reach the server')
    expect(page.find('.notice').exists()).toBe(false)
    server.replies['/api/session'] = signedIn()
    await vi.advanceTimersByTimeAsync(3_000)
    await settle()
    expect(assign.mock.calls).toEqual([['/gone?a=b']])
  })

  test('is forgotten when the person goes elsewhere', async () => {
    const { page, router, server, go } = await openWithoutFile({})
    server.replies['/api/session'] = 'unreachable'
    const going = go()
    await vi.advanceTimersByTimeAsync(2_500)
    await going
    await router.push('/')
    await settle()
    expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
  })
})

test('a page learns that its session ended in another tab when it becomes visible', async () => {
  const { page, router, server } = await openApp('/', { '/api/session': signedIn() })
  server.replies['/api/session'] = signedOut({ reason: 'revoked' })
  document.dispatchEvent(new Event('visibilitychange'))
  await settle()
  expect(router.currentRoute.value.path).toBe('/login')
  expect(page.text()).not.toContain('Adele Vance')
})
