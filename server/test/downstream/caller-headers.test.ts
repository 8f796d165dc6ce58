import { describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi('/auth/login?scopes=User.Read+Calendars.Read')

describe('the headers of a caller (#19)', () => {
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

  test('headers of the caller about hosts, proxies and connections do not reach the API', async () => {
    const answer = await sendRaw(api.world.origin, [
      'GET /api/me HTTP/1.1',
      'Host: evil.example',
      `Cookie: ${await api.browser.cookieHeader()}`,
      'X-CSRF: 1',
      ...claims,
    ])
    expect(answer.status).toBe(200)
    const [sent] = api.upstream.requests
    expect(sent?.method).toBe('GET')
    expect(sent?.headers).toEqual({
      host: new URL(api.upstream.endpoint).host,
      connection: 'keep-alive',
      authorization: expect.stringMatching(/^Bearer eyJ/) as string,
      'client-request-id': expect.not.stringContaining('00000000') as string,
    })
  })

  test('Accept-Language and If-None-Match of the caller reach the API', async () => {
    const told = { 'accept-language': 'de', 'if-none-match': '"7"' }
    await fetch(`${api.world.origin}/api/me`, {
      headers: { cookie: await api.browser.cookieHeader(), 'x-csrf': '1', ...told },
    })
    expect(api.upstream.requests[0]?.headers).toMatchObject(told)
  })

  test('headers of the caller about hosts and proxies do not change where a sign-in returns to', async () => {
    const answer = await sendRaw(api.world.origin, [
      'GET /auth/login HTTP/1.1',
      'Host: evil.example',
      ...claims,
    ])
    expect(answer.status).toBe(302)
    const to = new URL(answer.headers.get('location') ?? '')
    expect(to.origin).toBe(api.world.emulator.url)
    expect(to.searchParams.get('redirect_uri')).toBe(`${api.world.origin}/getAToken`)
    expect(answer.text).not.toContain('evil.example')
  })
})
