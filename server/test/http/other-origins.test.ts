import { type Dispatcher, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { World } from '../support/world.ts'

type Headers = Record<string, string>

let world: World
let browser: Browser
let cookie: string
beforeAll(async () => {
  world = await World.open()
  browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
beforeEach(() => {
  world.emulator.clearRequests()
})
afterAll(() => world.close())

/** Sends just these headers: `fetch` would add fetch metadata of its own. */
async function send(method: Dispatcher.HttpMethod, path: string, headers: Headers) {
  const answer = await request(`${world.origin}${path}`, { method, headers })
  const text = await answer.body.text()
  return { status: answer.statusCode, headers: answer.headers, text }
}

const ref = 'a'.repeat(22)
const readable = ['session', 'me', 'me/photo', 'me/calendar', 'me/groups', 'setup', `errors/${ref}`]

/** Where a request can come from that is not a page of this app, as browsers old and new tell it. */
const foreign: [string, Headers][] = [
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['another site, in an old browser', { origin: 'https://evil.example' }],
  ['a sibling that is not listed', { 'sec-fetch-site': 'same-site' }],
  ['a sibling, with Origin', { 'sec-fetch-site': 'same-site', origin: 'http://a.localhost' }],
  ['the same host at another port', { origin: 'http://localhost:1' }],
  ['the same host by another scheme', { origin: 'https://localhost' }],
  ['a name that begins with ours', { origin: 'http://localhost.evil.example' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['a sandboxed frame, in a new browser', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['an origin that is empty', { origin: '' }],
]

describe.each(foreign)('a request from %s (#15)', (_from, headers) => {
  test.each(readable)(
    'a foreign GET /api/%s is refused, with or without cookie and header',
    async (path) => {
      for (const more of [{}, { cookie }, { cookie, 'x-csrf': '1' }]) {
        const answer = await send('GET', `/api/${path}`, { ...headers, ...more })
        expect(answer.status).toBe(403)
        expect(JSON.parse(answer.text)).toMatchObject({ code: 'csrf_failed' })
        expect(answer.text).not.toContain('Adele')
      }
      expect(world.emulator.requests()).toHaveLength(0)
    },
  )

  test('a foreign POST signs nobody out', async () => {
    for (const more of [{ cookie }, { cookie, 'x-csrf': '1' }]) {
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await send('POST', '/auth/logout', { ...headers, ...form, ...more })
      expect(answer.status).toBe(403)
      expect(answer.headers).not.toHaveProperty('set-cookie')
    }
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('no method but GET of a foreign request does anything at an API path', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const answer = await send(method, '/api/me', { ...headers, cookie })
      // Of these methods, only PATCH has a call here.
      expect(answer.status).toBe(method === 'PATCH' ? 403 : 405)
    }
    expect(world.emulator.requests()).toHaveLength(0)
  })

  test('no answer to a foreign request, not even to a preflight, allows another request (#16)', async () => {
    const preflight = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-csrf',
      'access-control-request-private-network': 'true',
    }
    for (const path of [...readable.map((name) => `/api/${name}`), '/auth/logout', '/', '/livez']) {
      for (const method of ['OPTIONS', 'GET', 'HEAD'] as const) {
        const answer = await send(method, path, { ...headers, ...preflight, cookie })
        const names = Object.keys(answer.headers)
        expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
        expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
        if (method === 'OPTIONS') expect(answer.status).toBeGreaterThanOrEqual(400)
      }
    }
  })
})

test.each([
  ['POST', '/api/session/extend'],
  ['DELETE', '/api/sessions?scope=others'],
  ['DELETE', `/api/sessions/${ref}`],
  ['POST', '/api/device-logins'],
] as const)(
  'a changing request without the header X-CSRF is refused: %s %s (#15)',
  async (method, path) => {
    const own = { origin: world.origin, 'sec-fetch-site': 'same-origin' }
    for (const headers of [{}, { cookie }, own, { ...own, cookie }]) {
      const { status, text } = await send(method, path, headers)
      expect([status, JSON.parse(text)]).toMatchObject([403, { code: 'csrf_failed' }])
    }
  },
)

describe('a request without Origin and fetch metadata (#15)', () => {
  test('a request without Origin and fetch metadata may read with the cookie alone, as a script does', async () => {
    expect((await send('GET', '/api/me', { cookie })).status).toBe(200)
  })

  test('a request without Origin and fetch metadata may not sign out without the header X-CSRF', async () => {
    expect((await send('POST', '/auth/logout', { cookie })).status).toBe(403)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('a request without Origin and fetch metadata may sign out with the header X-CSRF', async () => {
    const own = await world.signIn()
    const headers = { cookie: await own.cookieHeader(), 'x-csrf': '1' }
    expect((await send('POST', '/auth/logout', headers)).status).toBe(303)
    expect((await own.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  })
})

test('a preflight of a page of this app is not allowed either (#16)', async () => {
  const answer = await send('OPTIONS', '/api/me', {
    origin: world.origin,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'x-csrf',
  })
  expect(answer.status).toBe(405)
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
})
