import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { pass } from '../support/clock.ts'
import { sendRaw } from '../support/raw.ts'
import { adele, World } from '../support/world.ts'

let world: World
let browser: Browser
let cookie: string
let host: string
beforeAll(async () => {
  world = await World.open()
  host = `Host: ${new URL(world.origin).host}`
  browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterAll(() => world.close())

describe('a line break (#10)', () => {
  const evil = '%0d%0aX-Evil:%20yes%0d%0a%0d%0a<script>'

  test.each([
    `/auth/login?returnTo=/a${evil}`,
    `/auth/login?returnTo=${evil}`,
    `/auth/login?loginHint=a${evil}`,
    `/auth/login?domainHint=a${evil}`,
    `/auth/login?prompt=${evil}`,
    `/auth/login?scopes=User.Read${evil}`,
    `/getAToken?code=a&state=${evil}`,
    `/getAToken?error=a${evil}&state=b`,
    `/getAToken?error=a&error_description=${evil}&state=b${evil}`,
    `/error?ref=${evil}`,
    `/api/errors/${evil}`,
    `/api/me?${evil}`,
    `/api/me${evil}`,
    `/result/${evil}`,
    `/${evil}`,
  ])('in what is sent becomes no header and no failure: %s', async (path) => {
    const answer = await sendRaw(world.origin, [`GET ${path} HTTP/1.1`, host, `Cookie: ${cookie}`])
    expect(answer.status).toBeLessThan(500)
    expect(answer.headers.has('x-evil')).toBe(false)
    expect(answer.text).not.toContain('<script>')
  })

  test('in what Entra sends becomes no header and no failure', async () => {
    const description = 'a\r\nX-Evil: yes\r\n\r\n<script>'
    world.emulator.failNext('authorize', { entraError: { error: 'access_denied', description } })
    const page = await world.openBrowser().goTo('/auth/login')
    expect(page.url.pathname).toBe('/error')
    expect(page.visited.at(-1)?.search).toMatch(/^\?ref=[\w-]{22}$/)
  })

  test('before a folded header is refused', async () => {
    const head = ['GET /api/me HTTP/1.1', host, 'Accept-Language: de', ' X-Evil: yes']
    const answer = await sendRaw(world.origin, head)
    expect(answer.status).toBe(400)
    expect(answer.headers.has('x-evil')).toBe(false)
  })
})

describe('a request that is not of one piece (#12)', () => {
  const chunked = 'Transfer-Encoding: chunked'
  const post = ['POST /auth/logout HTTP/1.1', 'X-CSRF: 1']
  const form = 'Content-Type: application/x-www-form-urlencoded'

  test.each<[string, string[], string]>([
    ['a length beside chunks', [...post, form, chunked, 'Content-Length: 5'], '0\r\n\r\nGET /'],
    ['two lengths', [...post, form, 'Content-Length: 1', 'Content-Length: 2'], 'ab'],
    ['a length that is no number', [...post, form, 'Content-Length: +1'], 'a'],
    ['an unknown coding', [...post, form, 'Transfer-Encoding: chunked, x'], '0\r\n\r\n'],
    ['a chunk without a size', [...post, form, chunked], 'zz\r\n\r\n'],
    ['a space before the colon', [...post, form, 'Content-Length : 1'], 'a'],
    ['a future version', ['GET /api/session HTTP/3.0'], ''],
    ['a method of its own', ['SMUGGLE /api/session HTTP/1.1'], ''],
    ['NUL in a header', ['GET /api/session HTTP/1.1', 'X-A: \0'], ''],
  ])('%s: is refused, and its connection closed', async (_name, head, body) => {
    const answer = await sendRaw(world.origin, [...head, host, `Cookie: ${cookie}`], body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
    expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test.each([
    ['TRACE', '/api/me'],
    ['TRACE', '/'],
    ['PROPFIND', '/api/me'],
    ['PURGE', '/'],
    ['OPTIONS', '*'],
  ])('%s %s is taken by no route, and told nothing back', async (method, target) => {
    const head = [`${method} ${target} HTTP/1.1`, host, `Cookie: ${cookie}`, 'X-Canary: canary']
    const answer = await sendRaw(world.origin, head)
    expect([404, 405]).toContain(answer.status)
    expect(answer.text).not.toContain('canary')
    expect(answer.text).not.toContain('sid-')
  })

  test('CONNECT opens no tunnel', async () => {
    const answer = await sendRaw(world.origin, ['CONNECT evil.example:443 HTTP/1.1', host])
    expect(answer.text).toBe('')
  })

  test.each([
    ['by its length', 'application/x-www-form-urlencoded', 4_097],
    ['by its length', 'application/json', 65_537],
  ])('a body that is too large %s is refused: %s, %i bytes', async (_name, type, size) => {
    const head = [...post, host, `Cookie: ${cookie}`, `Content-Type: ${type}`]
    // Nothing of the body is sent: its length alone is enough.
    const announced = await sendRaw(world.origin, [...head, `Content-Length: ${String(size)}`])
    const piece = `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`
    const sent = await sendRaw(world.origin, [...head, chunked], piece)
    for (const answer of [announced, sent]) {
      expect(answer.status).toBe(413)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'payload_too_large' })
    }
    expect(await browser.isSignedIn()).toBe(true)
  })
})

describe('a body of a type that no route takes (#13)', () => {
  test.each([
    'text/plain',
    'text/plain;charset=utf-8',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/json\ta',
    'application/jsonx',
    'application/json,text/plain',
    'application/x-www-form-urlencoded-x',
    'application/xml',
    'x',
    '',
    undefined,
  ])('is refused, and ends no session: %j', async (type) => {
    const head = ['POST /auth/logout HTTP/1.1', host, `Cookie: ${cookie}`, 'X-CSRF: 1']
    const typed = type === undefined ? head : [...head, `Content-Type: ${type}`]
    const answer = await sendRaw(world.origin, [...typed, 'Content-Length: 2'], '{}')
    expect(answer.status).toBe(415)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'unsupported_media_type' })
    expect(await browser.isSignedIn()).toBe(true)
  })

  test.each([' application/json', 'APPLICATION/JSON', 'application/json;charset=utf-8'])(
    'but of one that is JSON, however written, is read as that: %j',
    async (type) => {
      const head = ['POST /auth/logout HTTP/1.1', host, `Cookie: ${cookie}`, 'X-CSRF: 1']
      const typed = [...head, `Content-Type: ${type}`, 'Content-Length: 2']
      const answer = await sendRaw(world.origin, typed, '{]')
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
      expect(await browser.isSignedIn()).toBe(true)
    },
  )

  test('is not taken from another site in a type that needs no preflight', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { cookie, 'content-type': type, 'sec-fetch-site': 'cross-site' }
      const url = `${world.origin}/auth/logout`
      const answer = await request(url, { method: 'POST', headers, body: '{}' })
      await answer.body.dump()
      expect([403, 415]).toContain(answer.statusCode)
    }
    expect(await browser.isSignedIn()).toBe(true)
  })
})

describe('names that every object has (#14)', () => {
  afterEach(() => {
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined()
  })
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  test.each(['{"__proto__":{"evil":1}}', '{"constructor":{"prototype":{"evil":1}}}'])(
    'are refused in a body: %s',
    async (body) => {
      const headers = { cookie, 'x-csrf': '1', 'content-type': 'application/json' }
      const answer = await request(`${world.origin}/auth/logout`, { method: 'POST', headers, body })
      expect(answer.statusCode).toBe(400)
      expect(await answer.body.json()).toMatchObject({ code: 'invalid_request' })
      expect(await browser.isSignedIn()).toBe(true)
    },
  )

  test.each(names)('mean nothing in a query: %s', async (name) => {
    const query = `${name}=evil&${name}[evil]=1&${name}.evil=1`
    expect((await browser.fetch(`/api/me?${query}`)).status).toBe(400)
    expect((await browser.fetch(`/api/session?${query}`)).status).toBe(200)
    expect((await browser.goTo(`/getAToken?state=x&${query}`)).url.pathname).toBe('/error')
    expect((await browser.goTo(`/getAToken?${query}`)).url.pathname).toBe('/login')
    expect((await browser.goTo(`/auth/login?${query}`)).url.pathname).toBe('/')
    cookie = await browser.cookieHeader()
  })

  test.each(names)('mean nothing as a path: %s', async (name) => {
    for (const path of [`/api/${name}`, `/api/me/${name}`, `/api/errors/${name}`]) {
      expect([400, 404]).toContain((await browser.fetch(path)).status)
    }
  })

  test.each(names)('mean nothing as a cookie: %s', async (name) => {
    const { port } = new URL(world.origin)
    const headers = {
      cookie: `${name}=1; sid-${port}=${name}; tx-${port}-${name}=1`,
      'x-csrf': '1',
    }
    const answer = await request(`${world.origin}/api/me`, { headers })
    expect(answer.statusCode).toBe(401)
    expect(await answer.body.json()).toMatchObject({ code: 'not_signed_in' })
  })

  test('pass through in what Graph answers, and do nothing here', async () => {
    const body: unknown = JSON.parse(
      '{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}',
    )
    world.emulator.failNext('me', { status: 200, body })
    const { status, text } = await browser.fetch('/api/me')
    expect([status, text]).toEqual([200, JSON.stringify(body)])
    world.emulator.failNext('me', { status: 403, body: { error: { code: 'constructor' } } })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'forbidden' })
  })

  test.each(['discovery', 'keys', 'token'] as const)(
    'do nothing in what Entra answers: %s',
    async (endpoint) => {
      const fresh = await World.open()
      const body: unknown = JSON.parse('{"__proto__":{"evil":1},"constructor":{"evil":1}}')
      fresh.emulator.failNext(endpoint, { status: 200, body })
      const stranger = fresh.openBrowser()
      expect((await stranger.goTo('/auth/login')).url.pathname).toBe('/error')
      pass(6)
      expect((await stranger.goTo('/auth/login')).url.pathname).toBe('/')
      await fresh.close()
    },
  )
})
