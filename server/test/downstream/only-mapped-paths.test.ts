import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

const mapped = [
  '/v1.0/me',
  '/v1.0/me/photo/$value',
  '/v1.0/me/calendar/events',
  '/v1.0/me/memberOf',
]

let upstream: Upstream
let world: World
let cookie: string
beforeAll(async () => {
  upstream = await startUpstream((_request, response) => {
    response.setHeader('content-type', 'application/json').end('{}')
  })
  world = await World.open({ ENDPOINT: upstream.endpoint })
  const browser = world.openBrowser()
  await browser.goTo('/auth/login?scopes=User.Read+Calendars.Read')
  cookie = await browser.cookieHeader()
})
beforeEach(() => {
  upstream.requests.length = 0
})
afterAll(async () => {
  await world.close()
  upstream.close()
})

function get(target: string, ...headers: string[]) {
  return sendRaw(world.origin, [
    `GET ${target} HTTP/1.1`,
    `Host: ${new URL(world.origin).host}`,
    `Cookie: ${cookie}`,
    'X-CSRF: 1',
    ...headers,
  ])
}

describe('a path that leads elsewhere (#18)', () => {
  test.each([
    '/api/me/..%2f..%2fusers',
    '/api/me%2f..%2fusers',
    '/api/me/../users',
    '/api/../api/me',
    '/api/./me',
    '/api/%2e%2e/me',
    '/api/me/%2e%2e/users',
    '/api/me/%252e%252e/users',
    '/api/me/%252e%252e%252fusers',
    '/api/me/..%5cusers',
    '/api/me\\..\\users',
    '/api/me%5c',
    '/api//evil.example/me',
    '//evil.example/api/me',
    '/api//me',
    '/api/me/',
    '/api/me/@evil.example',
    '/api/@evil.example/me',
    '/@evil.example/api/me',
    '/api/me@evil.example',
    '/api/me%40evil.example',
    '/api/me%09',
    '/api/%09me',
    '/api/me%00',
    '/api/me%00/photo',
    '/api/me%0d%0aHost:%20evil.example',
    '/api/me%20HTTP/1.1',
    '/api/me;x=y',
    '/api/me.json',
    '/api/ME',
    '/api/m%65/messages',
    '/api/me/photo/$value',
    '/api/me/photos/48x48/$value',
    '/api/me/events',
    '/api/me/memberOf',
    '/api/users',
    '/api/$batch',
    '/api/v1.0/me',
    '/api/http://evil.example/me',
    '/api/http:%2f%2fevil.example%2fme',
    '/api/me\t',
    '/api/me\x00',
    '/api/me\x7f',
    '/api/m\xe9',
    '@evil.example/api/me',
    'api/me',
    '*',
  ])('is answered by nobody: %j', async (target) => {
    const { status } = await get(target)
    expect([400, 404]).toContain(status)
    expect(upstream.requests).toHaveLength(0)
  })

  test.each([
    '/api/me?path=/users',
    '/api/me?url=https://evil.example/',
    '/api/me?%24select=id',
    '/api/me?$expand=manager',
    '/api/me?',
    '/api/me/calendar?$filter=x',
    '/api/me/calendar?$top=1&$select=body',
    '/api/me/calendar?%24TOP=1',
    '/api/me/calendar?$top=1&=x',
    '/api/me/calendar?constructor=x',
  ])('or asks for what the call does not take goes no further: %s', async (target) => {
    const { status } = await get(target)
    const isBare = target.endsWith('?')
    expect(status).toBe(isBare ? 200 : 400)
    expect(upstream.requests.map(({ url }) => url)).toEqual(isBare ? ['/v1.0/me'] : [])
  })

  test.each([
    '?$top=..%2f..%2fusers',
    '?$top=1%23%2fusers',
    '?$top=%0d%0aHost:%20evil.example',
    '?$skiptoken=@evil.example',
    '?$top=1&$top=2',
    '?$top=1?$select=id',
  ])('in a value stays in that value: %s', async (query) => {
    const { status } = await get(`/api/me/calendar${query}`)
    expect(status).toBe(200)
    const [sent] = upstream.requests
    const { pathname, searchParams } = new URL(sent?.url ?? '', upstream.endpoint)
    expect(pathname).toBe('/v1.0/me/calendar/events')
    expect([...searchParams]).toEqual([...new URLSearchParams(query)])
  })

  test('of the form for proxies, or with a fragment, is the path that it names, here', async () => {
    expect((await get('http://evil.example/api/me')).status).toBe(200)
    expect((await get('/api/me#/users')).status).toBe(200)
    expect((await get('/api/users#/api/me')).status).toBe(404)
    expect((await get('/api/me#?$select=id')).status).toBe(400)
    expect((await get('http://evil.example/users')).status).toBe(404)
    expect((await get('https://evil.example@evil.example/api/users')).status).toBe(404)
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/v1.0/me', '/v1.0/me'])
  })
})

describe('the calls that there are (#18)', () => {
  test('reach their own addresses, and no others', async () => {
    for (const path of ['me', 'me/photo', 'me/calendar']) await get(`/api/${path}`)
    for (const { url } of upstream.requests) expect(mapped).toContain(url)
    expect(upstream.requests).toHaveLength(3)
  })

  test.each([
    ['me', '/v1.0/me'],
    ['me/photo', '/v1.0/me/photo/$value'],
    ['me/calendar', '/v1.0/me/calendar/events'],
    ['me/groups', '/v1.0/me/memberOf'],
  ])('asks for %s at the address %s', async (call, address) => {
    const browser = world.openBrowser()
    world.emulator.signInAutomaticallyAs('MeganB@contoso.onmicrosoft.com')
    await browser.goTo('/auth/login?scopes=User.Read+Calendars.Read+GroupMember.Read.All')
    await browser.fetch(`/api/${call}`)
    expect(upstream.requests.map(({ url }) => url)).toEqual([address])
  })

  test('are read, and never written', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(`${world.origin}/api/me`, {
        method,
        headers: { cookie, 'x-csrf': '1' },
      })
      expect(answer.status).toBe(405)
    }
    expect(upstream.requests).toHaveLength(0)
  })
})

describe('what a caller says about hosts, proxies and connections (#19)', () => {
  const claims = [
    'Authorization: Basic eDp5',
    'X-Forwarded-For: 203.0.113.7',
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
    'X-Original-URL: /users',
    'X-HTTP-Method-Override: DELETE',
    'Forwarded: for=203.0.113.7;host=evil.example',
    'Connection: authorization, host',
    'Proxy-Authorization: Basic eDp5',
    'Client-Request-Id: 00000000-0000-4000-8000-000000000000',
    'Prefer: outlook.timezone="evil"',
    'Accept-Encoding: gzip',
    'TE: trailers',
  ]

  test('does not reach the API', async () => {
    const answer = await sendRaw(world.origin, [
      'GET /api/me HTTP/1.1',
      'Host: evil.example',
      `Cookie: ${cookie}`,
      'X-CSRF: 1',
      ...claims,
    ])
    expect(answer.status).toBe(200)
    const [sent] = upstream.requests
    expect(sent?.method).toBe('GET')
    expect(sent?.headers).toEqual({
      host: new URL(upstream.endpoint).host,
      connection: 'keep-alive',
      authorization: expect.stringMatching(/^Bearer eyJ/) as string,
      'client-request-id': expect.not.stringContaining('00000000') as string,
    })
  })

  test('leaves the language and the version that it has, which do', async () => {
    const told = { 'accept-language': 'de', 'if-none-match': '"7"' }
    await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1', ...told } })
    expect(upstream.requests[0]?.headers).toMatchObject(told)
  })

  test('does not change where a sign-in returns to', async () => {
    const answer = await sendRaw(world.origin, [
      'GET /auth/login HTTP/1.1',
      'Host: evil.example',
      ...claims,
    ])
    expect(answer.status).toBe(302)
    const to = new URL(answer.headers.get('location') ?? '')
    expect(to.origin).toBe(world.emulator.url)
    expect(to.searchParams.get('redirect_uri')).toBe(`${world.origin}/getAToken`)
    expect(answer.text).not.toContain('evil.example')
  })
})
