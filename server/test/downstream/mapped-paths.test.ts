import { describe, expect, test } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import { sendRaw } from '../support/raw.ts'
import { useScriptedApi } from '../support/scripted-api.ts'
import { behindNginx } from '../support/surroundings.ts'

const mapped = [
  '/v1.0/me',
  '/v1.0/me/photo/$value',
  '/v1.0/me/calendar/events',
  '/v1.0/me/memberOf',
]

/** Rows and routes that a project adds for itself change nothing here. */
const rows = ['me', 'me/photo', 'me/calendar', 'me/events/:eventId', 'me/groups']
const api = useScriptedApi('/auth/login?scopes=User.Read+Calendars.Read', {
  calls: (settings) => callsOf(settings).filter(({ id }) => rows.includes(id)),
  api: () => Promise.resolve(),
})

async function get(target: string, ...headers: string[]) {
  return sendRaw(api.world.origin, [
    `GET ${target} HTTP/1.1`,
    `Host: ${new URL(api.world.origin).host}`,
    `Cookie: ${await api.browser.cookieHeader()}`,
    'X-CSRF: 1',
    ...headers,
  ])
}

describe('paths that lead elsewhere (#18)', () => {
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
  ])('a path that leads elsewhere is refused and reaches no API: %j', async (target) => {
    const { status } = await get(target)
    expect([400, 404]).toContain(status)
    expect(api.upstream.requests).toHaveLength(0)
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
    '/api/me/calendar?$top=1&$top=2',
  ])('a query that the call does not take is refused and reaches no API: %s', async (target) => {
    const { status } = await get(target)
    const isBare = target.endsWith('?')
    expect(status).toBe(isBare ? 200 : 400)
    expect(api.upstream.requests.map(({ url }) => url)).toEqual(isBare ? ['/v1.0/me'] : [])
  })

  test.each([
    '?$top=..%2f..%2fusers',
    '?$top=1%23%2fusers',
    '?$top=%0d%0aHost:%20evil.example',
    '?$skiptoken=@evil.example',
    '?$top=1?$select=id',
  ])('a query value that holds a path or a host stays a value: %s', async (query) => {
    const { status } = await get(`/api/me/calendar${query}`)
    expect(status).toBe(200)
    const [sent] = api.upstream.requests
    const { pathname, searchParams } = new URL(sent?.url ?? '', api.upstream.endpoint)
    expect(pathname).toBe('/v1.0/me/calendar/events')
    expect([...searchParams]).toEqual([...new URLSearchParams(query)])
  })

  test.skipIf(behindNginx)(
    'an absolute URL or a fragment leads to the mapped path that it names, on this server',
    async () => {
      expect((await get('http://evil.example/api/me')).status).toBe(200)
      expect((await get('/api/me#/users')).status).toBe(200)
      expect((await get('/api/users#/api/me')).status).toBe(404)
      expect((await get('/api/me#?$select=id')).status).toBe(400)
      expect((await get('http://evil.example/users')).status).toBe(404)
      expect((await get('https://evil.example@evil.example/api/users')).status).toBe(404)
      expect(api.upstream.requests.map(({ url }) => url)).toEqual(['/v1.0/me', '/v1.0/me'])
    },
  )
})

describe('the mapped calls (#18)', () => {
  test('the mapped calls reach their own addresses, and no others', async () => {
    for (const path of ['me', 'me/photo', 'me/calendar']) await get(`/api/${path}`)
    for (const { url } of api.upstream.requests) expect(mapped).toContain(url)
    expect(api.upstream.requests).toHaveLength(3)
  })

  test.each([
    ['me', '/v1.0/me'],
    ['me/photo', '/v1.0/me/photo/$value'],
    ['me/calendar', '/v1.0/me/calendar/events'],
    ['me/events/AAMkAGI2TG93AAA1AAA=', '/v1.0/me/events/AAMkAGI2TG93AAA1AAA%3D'],
    ['me/groups', '/v1.0/me/memberOf'],
  ])('the call %s asks the API at the address %s', async (call, address) => {
    const browser = api.world.openBrowser()
    api.world.emulator.signInAutomaticallyAs('MeganB@contoso.onmicrosoft.com')
    await browser.goTo('/auth/login?scopes=User.Read+Calendars.Read+GroupMember.Read.All')
    await browser.fetch(`/api/${call}`)
    expect(api.upstream.requests.map(({ url }) => url)).toEqual([address])
  })

  test('the mapped calls accept no method but those of their rows', async () => {
    const headers = { cookie: await api.browser.cookieHeader(), 'x-csrf': '1' }
    for (const [path, methods] of [
      ['me', ['POST', 'PUT', 'DELETE', 'OPTIONS']],
      ['me/calendar', ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ] as const) {
      for (const method of methods) {
        const answer = await fetch(`${api.world.origin}/api/${path}`, { method, headers })
        expect([answer.status, method]).toEqual([405, method])
        expect(answer.headers.get('allow')).toContain('GET')
      }
    }
    expect(api.upstream.requests).toHaveLength(0)
  })
})
