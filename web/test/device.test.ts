import type { DeviceLoginState } from '@entra-bff/shared'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  deviceLogin,
  deviceLoginState,
  noContent,
  problem,
  signedIn,
  signedOut,
  signInError,
} from './support/answers.ts'
import type { Replies } from './support/fake-server.ts'
import { buttonNamed, linkNamed, openApp, politely, settle, urgently } from './support/open-app.ts'

const attempt = '/api/device-logins/attempt-1'
const started = deviceLogin({
  id: 'attempt-1',
  userCode: 'ABCDEFGH2',
  verificationUri: 'https://microsoft.com/devicelogin',
  message: 'To sign in, open the page and enter the code.',
  interval: 5,
  expiresAt: '2026-01-01T08:15:00Z',
  expiresIn: 900,
})
const pending = deviceLoginState({ status: 'pending' })
const user = { name: 'Adele Vance', username: 'adele@contoso.example' }
const ready = deviceLoginState({ status: 'ready', user })
const methods = { signIn: { methods: ['redirect' as const, 'device' as const] } }

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-01-01T08:00:00Z'),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  })
})
afterEach(() => {
  vi.useRealTimers()
})

function openDevice(replies: Replies = {}, path = '/login/device') {
  return openApp(path, {
    '/api/session': signedOut(methods),
    'POST /api/device-logins': started,
    [attempt]: pending,
    ...replies,
  })
}
async function openWithCode(replies: Replies = {}, path?: string) {
  const app = await openDevice(replies, path)
  const button = buttonNamed(app.page, 'Get a code')
  button.element.focus()
  await button.trigger('click')
  await settle()
  return app
}
async function pass(seconds: number) {
  await vi.advanceTimersByTimeAsync(seconds * 1000)
  await settle()
}
/** The person says that the account is theirs. */
async function confirm(page: Awaited<ReturnType<typeof openApp>>['page']) {
  await buttonNamed(page, 'Continue as Adele Vance').trigger('click')
  await settle()
}
const countOf = (requests: string[], request: string) =>
  requests.filter((candidate) => candidate === request).length

test('a code is asked for only on a click', async () => {
  const { page, server } = await openDevice()
  expect(page.get('h1').text()).toBe('Sign in on another device')
  expect(server.requests).toEqual(['/api/session'])
  await buttonNamed(page, 'Get a code').trigger('click')
  await settle()
  expect(server.requests).toEqual(['/api/session', 'POST /api/device-logins'])
})

test('the code is shown in groups, spelled out, with the address where to type it and a warning', async () => {
  const { page } = await openWithCode()
  const code = page.get('.device-code')
  expect(code.findAll('span').map((group) => group.text())).toEqual(['ABC', 'DEF', 'GH2'])
  expect(code.attributes('aria-label')).toBe('A B C D E F G H 2')
  const link = linkNamed(page, 'microsoft.com/devicelogin (opens in a new tab)')
  expect(link.attributes('href')).toBe('https://microsoft.com/devicelogin')
  expect(link.attributes('target')).toBe('_blank')
  expect(page.text()).toContain('Only enter this code if you started this sign-in yourself.')
  expect(document.activeElement).toBe(page.get('h1').element)
})

test('the code is copied without its gaps', async () => {
  const { page } = await openWithCode()
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce()
  await buttonNamed(page, 'Copy code').trigger('click')
  expect(write).toHaveBeenCalledWith('ABCDEFGH2')
})

test('a reload shows the same code without a click', async () => {
  const before = await openWithCode()
  before.page.unmount()
  const { page, server } = await openDevice()
  expect(server.requests).toEqual(['/api/session', 'POST /api/device-logins'])
  expect(page.get('.device-code').text()).toBe('ABCDEFGH2')
})

test('once the other device has signed in, this one goes where it wanted to go', async () => {
  const { page, router, server } = await openWithCode(
    {
      [attempt]: [pending, ready],
      [`POST ${attempt}`]: signedIn(),
    },
    '/login/device?returnTo=/nowhere',
  )
  await pass(5)
  expect(router.currentRoute.value.path).toBe('/login/device')
  await pass(5)
  await confirm(page)
  expect(router.currentRoute.value.fullPath).toBe('/nowhere')
  expect(page.text()).toContain('Adele Vance')
  expect(server.requests).toContain(`POST ${attempt}`)
})

test('without another place to go, it goes home', async () => {
  const { page, router } = await openWithCode({
    [attempt]: ready,
    [`POST ${attempt}`]: signedIn(),
  })
  await pass(5)
  await confirm(page)
  expect(router.currentRoute.value.fullPath).toBe('/')
  expect(page.get('h1').text()).toBe('Welcome Adele Vance!')
})

test('nobody is signed in before they say that the account is theirs', async () => {
  const { page, server } = await openWithCode({ [attempt]: ready })
  await pass(5)
  expect(page.get('h1').text()).toBe('Is this your account?')
  expect(urgently(page)).toBe('Is this your account?')
  expect(page.text()).toContain(
    'Adele Vance (adele@contoso.example) signed in on the other device.',
  )
  await pass(60)
  expect(server.requests).not.toContain(`POST ${attempt}`)
  expect(countOf(server.requests, attempt)).toBe(1)
})

test('a person refuses the account of another person, and gets another code', async () => {
  const { page, server } = await openWithCode({
    [attempt]: [ready, pending],
    [`DELETE ${attempt}`]: noContent,
  })
  await pass(5)
  const button = buttonNamed(page, 'This is not my account')
  button.element.focus()
  await button.trigger('click')
  await settle()
  expect(server.requests.slice(-2)).toEqual([`DELETE ${attempt}`, 'POST /api/device-logins'])
  expect(server.requests).not.toContain(`POST ${attempt}`)
  expect(page.get('.device-code').text()).toBe('ABCDEFGH2')
  expect(document.activeElement).toBe(page.get('h1').element)
})

test('two clicks finish one sign-in once', async () => {
  const { page, server } = await openWithCode({
    [attempt]: ready,
    [`POST ${attempt}`]: 'silent',
  })
  await pass(5)
  await confirm(page)
  await confirm(page)
  await buttonNamed(page, 'This is not my account').trigger('click')
  await settle()
  expect(countOf(server.requests, `POST ${attempt}`)).toBe(1)
  expect(server.requests).not.toContain(`DELETE ${attempt}`)
})

test('a sign-in that cannot be finished yet is tried again', async () => {
  const { page, router } = await openWithCode({
    [attempt]: ready,
    [`POST ${attempt}`]: [
      problem(409, 'not_ready'),
      problem(503, 'identity_provider_unavailable'),
      signedIn(),
    ],
  })
  await pass(5)
  await confirm(page)
  await pass(5)
  expect(router.currentRoute.value.path).toBe('/login/device')
  await pass(5)
  expect(router.currentRoute.value.path).toBe('/')
})

test('the page polls no faster than the server allows', async () => {
  const { server } = await openWithCode({
    [attempt]: [
      pending,
      deviceLoginState({ status: 'pending', interval: 10 }),
      problem(429, 'rate_limited', { headers: { 'retry-after': '20' } }),
      pending,
    ],
  })
  const asked: number[] = []
  for (let second = 1; second <= 60; second++) {
    const before = countOf(server.requests, attempt)
    await vi.advanceTimersByTimeAsync(1000)
    if (countOf(server.requests, attempt) > before) asked.push(second)
  }
  expect(asked).toEqual([5, 10, 20, 40, 50, 60])
})

test('the page sends no poll while another has no answer', async () => {
  const { server } = await openWithCode({ [attempt]: 'silent' })
  await pass(14)
  expect(countOf(server.requests, attempt)).toBe(1)
})

test('a lost connection does not end the sign-in', async () => {
  const { page, router } = await openWithCode({
    [attempt]: ['unreachable', 'unreachable', ready],
    [`POST ${attempt}`]: signedIn(),
  })
  await pass(15)
  await confirm(page)
  expect(router.currentRoute.value.path).toBe('/')
})

test('the page polls no longer after the person has left the view', async () => {
  const { router, server } = await openWithCode()
  await router.push('/nowhere')
  await pass(60)
  expect(countOf(server.requests, attempt)).toBe(0)
})

test.each([
  ['declined', 'The sign-in was declined'],
  ['expired', 'The code has expired'],
  ['failed', 'The sign-in did not work'],
] as const)('a sign-in that is %s says so, and offers a new code', async (status, title) => {
  const { page, server } = await openWithCode({ [attempt]: deviceLoginState({ status }) })
  await pass(5)
  expect(page.get('h1').text()).toBe(title)
  expect(urgently(page)).toBe(title)
  expect(page.find('.device-code').exists()).toBe(false)

  server.replies[attempt] = pending
  await buttonNamed(page, 'Get a new code').trigger('click')
  await settle()
  expect(page.get('.device-code').text()).toBe('ABCDEFGH2')
})

test.each(['declined', 'expired', 'failed'] satisfies DeviceLoginState['status'][])(
  'what the server knows about a sign-in that is %s is shown',
  async (status) => {
    const { page } = await openWithCode({
      [attempt]: deviceLoginState({ status, errorRef: 'abc' }),
      '/api/errors/abc': signInError({
        ref: 'abc',
        code: 'blocked_by_policy',
        title: 'Your organisation does not allow this',
        detail: 'Ask your administrator.',
        aadsts: '53003',
        timestamp: '2026-01-01T08:00:00Z',
        retry: { href: '/login/device', label: 'Get a new code' },
      }),
    })
    await pass(5)
    expect(page.get('h1').text()).toBe('Your organisation does not allow this')
    expect(page.text()).toContain('Ask your administrator.')
    expect(page.get('details').text()).toContain('AADSTS53003')
    expect(buttonNamed(page, 'Get a new code').exists()).toBe(true)
  },
)

test('a reload after the end asks for no code by itself', async () => {
  const before = await openWithCode({ [attempt]: deviceLoginState({ status: 'declined' }) })
  await pass(5)
  before.page.unmount()
  const { server } = await openDevice()
  expect(server.requests).toEqual(['/api/session'])
})

test('a sign-in that another tab has finished leads on, too', async () => {
  const { router, server } = await openWithCode({ [attempt]: problem(404, 'not_found') })
  server.replies['/api/session'] = signedIn()
  await pass(5)
  expect(router.currentRoute.value.path).toBe('/')
})

test('a sign-in that the server no longer knows counts as expired', async () => {
  const { page } = await openWithCode({ [attempt]: problem(404, 'not_found') })
  await pass(5)
  expect(page.get('h1').text()).toBe('The code has expired')
})

test('the countdown is shown each second, and announced at five minutes and at one', async () => {
  const { page } = await openWithCode()
  expect(page.get('.countdown').text()).toBe('Valid for another 15:00')
  expect(politely(page)).toBe('Your code is A B C D E F G H 2. It is valid for 15 minutes.')
  const heard: string[] = []
  for (let second = 0; second < 890; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    const words = politely(page)
    if (heard.at(-1) !== words) heard.push(words)
  }
  expect(page.get('.countdown').text()).toBe('Valid for another 0:10')
  expect(heard.slice(1)).toEqual([
    'The code is valid for 5 more minutes.',
    'The code is valid for one more minute.',
  ])
})

test('a code that runs out while the server is away counts as expired', async () => {
  const { page, server } = await openWithCode({ [attempt]: 'unreachable' })
  server.replies['/api/session'] = 'unreachable'
  await pass(15 * 60 + 10)
  expect(page.get('h1').text()).toBe('The code has expired')
})

test('canceling ends the sign-in and goes back to the login page', async () => {
  const { page, router, server } = await openWithCode(
    { [`DELETE ${attempt}`]: noContent },
    '/login/device?returnTo=/nowhere',
  )
  await buttonNamed(page, 'Cancel').trigger('click')
  await settle()
  expect(router.currentRoute.value.fullPath).toBe('/login?returnTo=/nowhere')
  expect(server.requests.at(-1)).toBe(`DELETE ${attempt}`)
  await pass(60)
  expect(server.requests.at(-1)).toBe(`DELETE ${attempt}`)
  await router.push('/login/device')
  await settle()
  expect(buttonNamed(page, 'Get a code').exists()).toBe(true)
})

test('a device login that is switched off says so, with a link back', async () => {
  const { page } = await openWithCode(
    { 'POST /api/device-logins': problem(404, 'method_disabled') },
    '/login/device?returnTo=/nowhere',
  )
  expect(page.get('h1').text()).toBe('This way to sign in is switched off')
  expect(linkNamed(page, 'Back to sign-in').attributes('href')).toBe('/login?returnTo=/nowhere')
  expect(page.findAll('main button')).toEqual([])
})

test('after too many codes the next one has to wait', async () => {
  const { page } = await openWithCode({
    'POST /api/device-logins': [
      problem(429, 'rate_limited', { headers: { 'retry-after': '30' } }),
      started,
    ],
  })
  expect(page.get('h1').text()).toBe('Title of rate_limited')
  expect(buttonNamed(page, 'Try again in 30 s').attributes('aria-disabled')).toBe('true')
  await pass(30)
  await buttonNamed(page, 'Try again').trigger('click')
  await settle()
  expect(page.get('.device-code').text()).toBe('ABCDEFGH2')
})

test.each([
  ['the server', 'unreachable' as const, 'We can’t reach the server'],
  ['Microsoft', problem(503, 'identity_provider_unavailable'), 'Title of identity_provider_un'],
])('while %s cannot be reached there is no code, but another try', async (_who, reply, title) => {
  const { page } = await openWithCode({ 'POST /api/device-logins': [reply, started] })
  expect(page.get('h1').text()).toContain(title)
  await buttonNamed(page, 'Try again').trigger('click')
  await settle()
  expect(page.get('.device-code').text()).toBe('ABCDEFGH2')
})

test('a person who is signed in already needs no code', async () => {
  const { router } = await openDevice(
    { '/api/session': signedIn() },
    '/login/device?returnTo=/nowhere',
  )
  expect(router.currentRoute.value.path).toBe('/nowhere')
})
