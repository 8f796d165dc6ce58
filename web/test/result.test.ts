import { beforeEach, expect, test, vi } from 'vitest'
import { downstream, problem, signedIn, signedOut } from './support/answers.ts'
import { buttonNamed, linkNamed, openApp, settle } from './support/open-app.ts'

const session = signedIn()
const assign = vi.fn<(href: string | URL) => void>()

beforeEach(() => {
  assign.mockReset()
  vi.spyOn(window.location, 'assign').mockImplementation(assign)
})

test('the answer is shown with 4 spaces, exactly as it was sent', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': downstream('{"id":9007199254740993,"n":[],"t":"a\\u00e9 {,} \\"x\\""}', {
      'request-id': 'request-1',
    }),
  })
  expect(page.get('pre').element.textContent).toBe(
    '{\n    "id": 9007199254740993,\n    "n": [],\n    "t": "a\\u00e9 {,} \\"x\\""\n}',
  )
  expect(page.get('.summary').text()).toContain('GET /api/me')
  expect(page.get('.summary').text()).toContain('200')
  expect(page.get('.summary').text()).toContain('request-1')
  expect(linkNamed(page, 'Back').attributes('href')).toBe('/')
})

test('an answer that is not JSON is shown as it is', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': downstream('<b>not json</b>'),
  })
  expect(page.get('pre').element.textContent).toBe('<b>not json</b>')
})

test('only the beginning of a large answer is shown', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': downstream(JSON.stringify(Array.from({ length: 200_000 }, (_, i) => i))),
  })
  expect(page.text()).toContain('Download it to see everything.')
  expect(page.get('pre').element.textContent.length).toBeLessThan(400_000)
})

test('the next page takes only the query of the link, and Back returns to the first', async () => {
  const { page, router, server } = await openApp('/result/me/groups', {
    '/api/session': session,
    '/api/me/groups': downstream(
      '{"value":[1],"@odata.nextLink":"https://evil.example/x?$skiptoken=a%2Bb"}',
    ),
    '/api/me/groups?$skiptoken=a%2Bb': downstream('{"value":[2]}'),
  })
  const link = linkNamed(page, 'Load next page')
  expect(link.attributes('href')).toBe('/result/me/groups?$skiptoken=a%2Bb')
  await link.trigger('click')
  await settle()
  expect(server.requests).toContain('/api/me/groups?$skiptoken=a%2Bb')
  expect(page.get('pre').text()).toContain('2')
  router.back()
  await settle()
  expect(page.get('pre').text()).toContain('evil.example')
})

test('the last call wins', async () => {
  const { page, router } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': 'silent',
    '/api/me/groups': downstream('{"value":"groups"}'),
  })
  await router.push('/result/me/groups')
  await settle()
  expect(page.get('pre').text()).toContain('groups')
})

test.each([
  ['session_expired', 'Your session has expired.'],
  ['session_revoked', 'Your session was ended.'],
] as const)('%s leads to the login page, with the reason and the way back', async (code, words) => {
  const { page, router } = await openApp('/result/me', {
    '/api/session': [session, signedOut()],
    '/api/me': problem(401, code),
  })
  expect(router.currentRoute.value.fullPath).toBe('/login?returnTo=/result/me')
  expect(page.get('.notice').text()).toContain(words)
})

test('a dead token makes one sign-in, and no loop', async () => {
  const replies = () => ({
    '/api/session': session,
    '/api/me': problem(401, 'reauthentication_required', { login: '/auth/login?loginHint=adele' }),
  })
  const { page, router } = await openApp('/result/me', replies())
  expect(assign.mock.calls).toEqual([['/auth/login?loginHint=adele&returnTo=%2Fresult%2Fme']])
  expect(page.text()).toContain('Opening Microsoft…')

  await router.push('/')
  await router.push('/result/me')
  await settle()
  expect(assign).toHaveBeenCalledTimes(1)
  expect(linkNamed(page, 'Sign in again').attributes('href')).toContain(
    '/auth/login?loginHint=adele',
  )
})

test.each([
  'https://evil.example/',
  '//evil.example/',
  '/..//evil.example/',
  '/a/../..//evil.example/',
  '/%2e%2e//evil.example/',
])('a login link to another origin is not followed: %s', async (login) => {
  await openApp('/result/me', {
    '/api/session': session,
    '/api/me': problem(401, 'reauthentication_required', { login }),
  })
  expect(assign.mock.calls).toEqual([['/auth/login?returnTo=%2Fresult%2Fme']])
})

test('a missing scope is explained, with the way to give consent', async () => {
  const { page } = await openApp('/result/me/calendar', {
    '/api/session': session,
    '/api/me/calendar': problem(403, 'consent_required', {
      login: '/auth/login?scopes=Calendars.Read',
    }),
  })
  expect(page.text()).toContain('Detail of consent_required.')
  expect(linkNamed(page, 'Give consent').attributes('href')).toBe(
    '/auth/login?scopes=Calendars.Read&returnTo=%2Fresult%2Fme%2Fcalendar',
  )
})

test('a call that needs a step-up says what is needed, with the way to make it, and leaves only by a click', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': problem(401, 'insufficient_user_authentication', {
      login: '/auth/login?loginHint=adele&claims=handle',
    }),
  })
  expect(page.text()).toContain('Detail of insufficient_user_authentication.')
  expect(linkNamed(page, 'Confirm that it is you').attributes('href')).toBe(
    '/auth/login?loginHint=adele&claims=handle&returnTo=%2Fresult%2Fme',
  )
  expect(assign).not.toHaveBeenCalled()
})

test('a throttled call counts down before it may be tried again', async () => {
  const replies = {
    '/api/session': session,
    '/api/me': [
      problem(429, 'upstream_throttled', { headers: { 'retry-after': '2' } }),
      downstream('{"ok":true}'),
    ],
  }
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { page } = await openApp('/result/me', replies)
  await buttonNamed(page, 'Try again in 2 s').trigger('click')
  expect(page.find('pre').exists()).toBe(false)
  vi.advanceTimersByTime(2000)
  await settle()
  vi.useRealTimers()
  await buttonNamed(page, 'Try again').trigger('click')
  await settle()
  expect(page.get('pre').text()).toContain('ok')
})

test('a response that is too large is explained, and cannot be tried again', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': problem(502, 'upstream_too_large'),
  })
  expect(page.text()).toContain('Title of upstream_too_large')
  expect(page.text()).toContain('Detail of upstream_too_large.')
  expect(page.text()).not.toContain('Try again')
})

test('a call without an answer is made again by itself', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { page, server } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': 'unreachable',
  })
  await vi.advanceTimersByTimeAsync(2_500)
  await settle()
  expect(page.text()).toContain('This page tries again by itself.')
  await vi.advanceTimersByTimeAsync(3_000 + 2_500)
  const before = server.requests.length
  // The pauses grow with each call that gets no answer.
  await vi.advanceTimersByTimeAsync(3_000)
  expect(server.requests).toHaveLength(before)
  server.replies['/api/me'] = downstream('{"ok":true}')
  await vi.advanceTimersByTimeAsync(3_000)
  await settle()
  vi.useRealTimers()
  expect(page.get('pre').text()).toContain('ok')
})

test.each(['Refresh', 'Try again'])(
  'the heading gets the focus when the button %j is gone',
  async (name) => {
    const { page, server } = await openApp('/result/me', {
      '/api/session': session,
      '/api/me': name === 'Refresh' ? downstream('{}') : problem(502, 'upstream_error'),
    })
    server.replies['/api/me'] = problem(502, 'upstream_error')
    const button = buttonNamed(page, name)
    button.element.focus()
    await button.trigger('click')
    await settle()
    expect(button.element.isConnected).toBe(false)
    expect(document.activeElement).toBe(page.get('h1').element)
  },
)

test('an upstream error shows what happened and its correlation id', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': problem(502, 'upstream_error'),
  })
  expect(page.text()).toContain('Title of upstream_error')
  expect(page.text()).toContain('Detail of upstream_error.')
  expect(page.text()).toContain('correlation-1')
  expect(buttonNamed(page, 'Try again').exists()).toBe(true)
})

test('a call that the app does not offer is not made', async () => {
  const { page, server } = await openApp('/result/../session', { '/api/session': session })
  expect(page.get('h1').text()).toBe('There is no such call')
  expect(server.requests).toEqual(['/api/session', '/api/me/photo'])
})

test('copying is announced, and selects the text if the browser refuses the clipboard', async () => {
  const { page } = await openApp('/result/me', {
    '/api/session': session,
    '/api/me': downstream('{"a":1}'),
  })
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce()
  const button = buttonNamed(page, 'Copy')
  await button.trigger('click')
  await settle()
  expect(write).toHaveBeenCalledWith('{\n    "a": 1\n}')
  expect(button.text()).toBe('Copied')
  expect(page.get('[role=status][aria-live=polite]').text()).toBe('Copied')

  write.mockRejectedValueOnce(new DOMException('Denied', 'NotAllowedError'))
  await button.trigger('click')
  await settle()
  expect(button.text()).toBe('Selected – press Ctrl+C')
})
