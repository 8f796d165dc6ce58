import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { problemsOfCookie } from '../../src/doctor/cookie-rules.ts'
import { ChangingProxy, without } from '../support/changing-proxy.ts'
import { diagnose } from '../support/doctor.ts'
import { freePort, World } from '../support/world.ts'

let world: World
let proxy: ChangingProxy
let settings: Record<string, string>
beforeAll(async () => {
  proxy = await ChangingProxy.open()
  world = await World.open({}, { keepsFiles: true })
  proxy.target = world.origin
  await world.stopServer()
  await world.startServer({ PUBLIC_URL: proxy.origin })
  settings = { ...world.settings, PUBLIC_URL: proxy.origin }
})
afterEach(() => {
  proxy.change = (answer) => answer
})
afterAll(async () => {
  await world.close()
  proxy.close()
})

describe('the doctor at PUBLIC_URL', () => {
  test('behind a proxy that changes nothing, all is ok', async () => {
    const { exitCode, of } = await diagnose(settings)
    expect(exitCode).toBe(0)
    expect([...of('public-url'), ...of('cookies')]).toEqual([
      expect.stringMatching(/^ok /),
      expect.stringMatching(/^ok /),
    ])
  })

  test('when nothing answers at PUBLIC_URL, the doctor says to start the server, and fails nothing', async () => {
    const PUBLIC_URL = `http://localhost:${String(await freePort())}`
    const { exitCode, of } = await diagnose({ ...settings, PUBLIC_URL })
    expect(exitCode).toBe(0)
    expect(of('public-url')).toEqual([expect.stringMatching(/^warn .*Start the server/)])
    expect(of('cookies')).toEqual([expect.stringMatching(/^skip /)])
  })

  test('the doctor says that another program answers at PUBLIC_URL', async () => {
    const { exitCode, of } = await diagnose({ ...settings, PUBLIC_URL: world.emulator.url })
    expect(exitCode).toBe(1)
    expect(of('public-url')).toEqual([expect.stringMatching(/^fail /)])
  })

  test('the doctor names the security headers that a proxy takes away', async () => {
    proxy.change = ({ headers, status }) => ({
      status,
      headers: { ...without(headers, 'content-security-policy'), 'referrer-policy': 'no-referrer' },
    })
    const { exitCode, of } = await diagnose(settings)
    expect(exitCode).toBe(0)
    expect(of('public-url')).toEqual([
      expect.stringMatching(/^warn .*changed: content-security-policy, referrer-policy/),
    ])
  })

  test('the doctor warns of a cache before the server', async () => {
    proxy.change = ({ headers, status }) => ({ status, headers: { ...headers, age: '12' } })
    const { of } = await diagnose(settings)
    expect(of('public-url')).toEqual([expect.stringMatching(/^warn .*from a cache/)])
  })

  test('the doctor says that a proxy drops the cookie of a sign-in', async () => {
    proxy.change = ({ headers, status }) => ({ status, headers: without(headers, 'set-cookie') })
    const { exitCode, of } = await diagnose(settings)
    expect(exitCode).toBe(1)
    expect(of('cookies')).toEqual([expect.stringMatching(/^fail .*does not arrive/)])
  })

  test('the doctor says what a proxy has made of the cookie of a sign-in', async () => {
    proxy.change = ({ headers, status }) => ({
      status,
      headers: {
        ...headers,
        'set-cookie': [headers['set-cookie'] ?? []]
          .flat()
          .map((line) => line.replace('SameSite=Lax', 'SameSite=Strict; Domain=localhost')),
      },
    })
    const { exitCode, of } = await diagnose(settings)
    expect(exitCode).toBe(1)
    expect(of('cookies')).toEqual([expect.stringMatching(/^fail .*has a Domain.*SameSite=Strict/)])
  })

  test('the doctor knows why a proxy answers a sign-in with 502', async () => {
    proxy.change = (answer, path) =>
      path === '/auth/login' ? { status: 502, headers: {} } : answer
    const { exitCode, of } = await diagnose(settings)
    expect(exitCode).toBe(1)
    expect(of('cookies')).toEqual([expect.stringMatching(/^fail .*proxy_buffer_size/)])
  })

  test('the doctor says that the running server has other settings', async () => {
    const { of } = await diagnose({ ...settings, REDIRECT_PATH: '/elsewhere' })
    expect(of('cookies')).toEqual([expect.stringMatching(/^fail .*REDIRECT_PATH/)])
  })
})

describe('the cookie of a sign-in', () => {
  const good = '__Host-Http-tx-1=abc; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax'

  test('a browser takes the cookie that the server sets with https', () => {
    expect(problemsOfCookie(good, true)).toEqual([])
  })

  test.each([
    ['Secure; ', '', 'lacks Secure'],
    ['HttpOnly; ', '', 'lacks HttpOnly'],
    ['Path=/;', 'Path=/app;', 'has a Path'],
    ['Lax', 'None', 'lacks SameSite=Lax'],
    ['Lax', 'Strict', 'does not come back from Entra'],
    ['Path=/;', 'Path=/; Domain=example.com;', 'has a Domain'],
    ['abc', 'a'.repeat(4_096), 'has more than 4096 bytes'],
  ])(
    'a browser would not do with the cookie what it must when %j becomes %j',
    (from, to, problem) => {
      const problems = problemsOfCookie(good.replace(from, to), true)
      expect(problems.join('\n')).toContain(problem)
    },
  )

  test('a browser drops a Secure cookie of an http address', () => {
    expect(problemsOfCookie(good, false)).toEqual(['has Secure, but the address is http'])
  })
})
