import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { sendRaw } from '../support/raw.ts'
import { World } from '../support/world.ts'

const id = `AAMk${'x'.repeat(40)}=`
const calendar = '/v1.0/me/calendar/events'
const jsonType = 'Content-Type: application/json'
const change = '{"mobilePhone":"22"}'
const changeLength = `Content-Length: ${String(change.length)}`

let world: World
let browser: Browser
beforeAll(async () => {
  world = await World.open()
  browser = world.openBrowser()
  const scopes = ['User.Read', 'User.ReadWrite', 'Calendars.Read', 'GroupMember.Read.All']
  await browser.goTo(`/auth/login?scopes=${scopes.join('+')}`)
})
beforeEach(() => {
  world.emulator.clearRequests()
})
afterAll(() => world.close())

/** Sends a request as it is written, in the name of somebody who may make each call. */
async function send(line: string, headers: readonly string[], body = ''): Promise<number> {
  const { host } = new URL(world.origin)
  const cookie = `Cookie: ${await browser.cookieHeader()}`
  const head = [`${line} HTTP/1.1`, `Host: ${host}`, cookie, 'X-CSRF: 1', ...headers]
  return (await sendRaw(world.origin, head, body)).status
}

test.each<[line: string, headers?: string[], body?: string]>([
  [`GET /api/me/events/${id}%2f..%2f..%2fmessages`],
  [`GET /api/me/events/${id}/attachments`],
  [`GET /api/me/events/../events/${id}`],
  [`GET /api/me/events/${id}%3F$expand=attachments`],
  [`GET /api/me/events/${id}?$expand=attachments`],
  [`GET /api/me/events/${id}%23`],
  [`GET /api/me/events/${id};a=b`],
  [`GET /api/me/events/${id}%0a`],
  [`GET /api/me/events/${id}%ef%bc%8f..`],
  [`GET /api/me/events/${'x'.repeat(30)}')/$value`],
  ['GET /api/me/calendar?$top[]=1'],
  ['GET /api/me/calendar?%EF%BC%84top=1'],
  ['GET /api/me/calendar??$top=1'],
  ['GET /api/me/calendar?$top=1&%24top=2'],
  ['GET /api/me/calendar?$top=1&$Top=2'],
  ['GET /api/me/calendar?$top=1&%24select=body'],
  ['GET /api/me', ['Accept-Language: a\u0001b']],
  ['GET /api/me', ['Accept-Language: a\r\n Host: evil.example']],
  ['GET /api/me', ['Content-Length: 2', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['PATCH /api/me?$select=id', [jsonType, changeLength], change],
  ['PATCH /api/me', [jsonType, 'Content-Length: 38'], '{"mobilePhone":"22","mobilePhone":"x"}'],
  ['PATCH /api/me', [jsonType, 'Content-Length: 31'], '{"mobilePhone":"22","@id":"/x"}'],
  ['PATCH /api/me', ['Content-Type: multipart/mixed; boundary=x', 'Content-Length: 5'], '--x--'],
  ['POST /api/me', [jsonType, changeLength, 'X-HTTP-Method-Override: PATCH'], change],
])(
  'Graph gets nothing of a hostile request: %s, case %# (#18, #19)',
  async (line, headers = [], body) => {
    const status = await send(line, headers, body)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(world.emulator.requests('graph')).toEqual([])
  },
)

interface Sent {
  method?: string
  path?: string
  query?: Record<string, string>
  body?: string
}

const hostile = [
  'Authorization: Bearer evil',
  'Prefer: return=representation',
  'ConsistencyLevel: eventual',
  'X-HTTP-Method: DELETE',
  'X-HTTP-Method-Override: DELETE',
  'X-Forwarded-Host: evil.example',
  'X-AnchorMailbox: UPN:MeganB@contoso.onmicrosoft.com',
  'If-Match: *',
  'Range: bytes=0-1',
  'Content-Language: de',
]

test.each<[line: string, sent: Sent, headers?: string[], body?: string]>([
  [
    'GET /api/me/calendar?$top=1%26$expand=attachments',
    { path: calendar, query: { $top: '1&$expand=attachments' } },
  ],
  ['GET /api/me/calendar?$top=1;$select=x', { path: calendar, query: { $top: '1;$select=x' } }],
  [
    'GET /api/me/calendar?$top=1%0d%0aHost:%20evil.example',
    { path: calendar, query: { $top: '1\r\nHost: evil.example' } },
  ],
  [
    'GET /api/me/calendar?$skip=1&&&$top=%2e%2e%2fusers',
    { path: calendar, query: { $skip: '1', $top: '../users' } },
  ],
  ['GET /api/me/calendar?&', { path: calendar }],
  [`GET /api/me/events/${id}`, { path: `/v1.0/me/events/${id.replace('=', '%3D')}` }],
  ['GET /api/me', {}, ['Content-Length: 7'], 'DELETE '],
  ['GET /api/me', {}, ['Transfer-Encoding: chunked', jsonType], '2\r\n{}\r\n0\r\n\r\n'],
  ['GET /api/me/photo', { path: '/v1.0/me/photo/$value' }, ['Accept: text/html']],
  ['HEAD /api/me', {}],
  [
    'PATCH /api/me',
    { method: 'PATCH', body: change },
    ['Content-Type: application/json; odata.metadata=full; charset=utf-16', changeLength],
    change,
  ],
  [
    'PATCH /api/me',
    { method: 'PATCH', body: change },
    [jsonType, 'Content-Length: 40'],
    '{"mobilePhone":"x", "mobilePhone": "22"}',
  ],
  [
    'PATCH /api/me',
    { method: 'PATCH', body: change },
    [jsonType, 'Transfer-Encoding: chunked'],
    `14;x="y"\r\n${change}\r\n0\r\nHost: evil.example\r\n\r\n`,
  ],
])(
  'of a hostile request, Graph gets what the row of the call says alone: %s, case %# (#18, #19)',
  async (line, { method = 'GET', path = '/v1.0/me', query = {}, body = '' }, headers = [], own) => {
    await send(line, [...hostile, ...headers], own)
    const [sent, ...others] = world.emulator.requests('graph')
    expect(others).toEqual([])
    expect(sent).toMatchObject({ method, path, body })
    expect(sent?.query).toEqual(query)
    expect(sent?.headers).toEqual({
      host: new URL(world.emulator.graphUrl).host,
      connection: 'keep-alive',
      authorization: expect.stringMatching(/^Bearer eyJ/) as string,
      'client-request-id': expect.any(String) as string,
      ...(path.includes('photo') && { accept: expect.stringMatching(/^image/) as string }),
      ...(body && { 'content-type': 'application/json', 'content-length': String(body.length) }),
    })
  },
)
