import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useFuzzedServer } from '../support/fuzzed-server.ts'
import { holds, propertyTimeoutMs, sessionOf, valuesOf } from '../support/fuzzing.ts'
import { mutationOf, oddLine, oddText } from '../support/odd-input.ts'

const server = useFuzzedServer()

describe('odd input', () => {
  const targets = ['/api/session', '/api/me', '/auth/login', '/getAToken?state=x', '/api/nothing']
  const cookieNames = () => [
    ...Object.keys(server.cookies),
    '__proto__',
    'constructor',
    `tx-${server.world.sessionCookie}-`,
  ]

  test(
    'odd cookies sign nobody in and break nothing (#11, #14)',
    async () => {
      const name = fc.oneof(fc.constantFrom(...cookieNames()), oddLine)
      const cookies = fc.array(fc.tuple(name, oddLine), { maxLength: 8 })
      await holds(fc.tuple(fc.constantFrom(...targets), cookies), async ([target, sent]) => {
        const cookie = sent.map(([key, value]) => `${key}=${value}`).join('; ')
        const answer = await server.send({ target, headers: [['cookie', cookie]] })
        expect(answer.body).not.toContain('"authenticated":true')
        expect(sessionOf(answer, server.world)).toBeUndefined()
      })
    },
    propertyTimeoutMs,
  )

  test(
    'an altered session cookie signs nobody in (#11)',
    async () => {
      const good = server.cookies[server.world.sessionCookie] ?? ''
      // An encoded or a quoted value is the same value.
      const altered = mutationOf(good).filter((value) => !/[%"\s]/.test(value) && value !== good)
      await holds(altered, async (value) => {
        const headers = [
          ['cookie', `${server.world.sessionCookie}=${value}`],
          ['x-csrf', '1'],
        ] as const
        const answer = await server.send({ target: '/api/session', headers })
        expect(answer.body).not.toContain('"authenticated":true')
      })
      const headers = [['cookie', `${server.world.sessionCookie}=${good}`]] as const
      expect((await server.send({ target: '/api/session', headers })).body).toContain(
        '"authenticated":true',
      )
    },
    propertyTimeoutMs,
  )

  test(
    'odd headers do not come back in an answer and break nothing (#10, #19)',
    async () => {
      const known = [
        ...['accept', 'accept-encoding', 'accept-language', 'authorization', 'if-none-match'],
        ...['if-modified-since', 'origin', 'range', 'referer', 'sec-fetch-dest', 'sec-fetch-mode'],
        ...['sec-fetch-site', 'user-agent', 'x-csrf', 'x-forwarded-for', 'x-forwarded-host'],
        ...['x-forwarded-proto', 'x-http-method-override', 'x-original-url', 'forwarded', 'via'],
        ...['access-control-request-method', 'access-control-request-headers', 'x-request-id'],
      ]
      const name = fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...known) },
        { weight: 1, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/).map((n) => `x-${n}`) },
      )
      const headers = fc.array(fc.tuple(name, oddLine), { maxLength: 8 })
      const method = fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH')
      const signedIn = fc.boolean()
      const place = fc.constantFrom(...targets, '/auth/logout', '/', '/livez', '/api/setup')
      await holds(
        fc.tuple(method, place, headers, signedIn),
        async ([verb, target, odd, withSession]) => {
          // A sign-out would leave the rest of the run without a session.
          const keeps = withSession && target !== '/auth/logout'
          const cookie = keeps
            ? [
                [
                  'cookie',
                  `${server.world.sessionCookie}=${server.cookies[server.world.sessionCookie] ?? ''}`,
                ] as const,
              ]
            : []
          const answer = await server.send({ method: verb, target, headers: [...odd, ...cookie] })
          expect(valuesOf(answer, 'access-control-allow-origin')).toEqual([])
        },
      )
    },
    propertyTimeoutMs,
  )

  test(
    'an odd body is refused or ignored and breaks nothing (#13, #14)',
    async () => {
      const type = fc.constantFrom(
        ...['application/json', ' application/json', 'application/json\ta', 'text/plain'],
        ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '', '*/*'],
        ...['application/json; charset=utf-7', 'application/problem+json', '__proto__', 'a/b;;;'],
      )
      const json = fc.oneof(
        fc.json({ maxDepth: 4 }),
        fc.constantFrom(
          ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '{', '[', '"', ''],
          ...['null', '1e999', '['.repeat(20_000), `{"a":"${'a'.repeat(70_000)}"}`, '\u{feff}{}'],
        ),
      )
      const body = fc.oneof(
        json.map((text) => Buffer.from(text)),
        oddText.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      )
      const place = fc.constantFrom(
        ...['/auth/logout', '/api/session', '/api/session/extend', '/api/device-logins', '/api/me'],
        ...['/api/nothing', '/auth/login', '/getAToken', '/'],
      )
      const method = fc.constantFrom('POST', 'POST', 'PUT', 'DELETE', 'PATCH')
      await holds(fc.tuple(method, place, type, body), async ([verb, target, kind, bytes]) => {
        const headers = [['content-type', kind] as const, ['x-csrf', '1'] as const]
        const answer = await server.send({ method: verb, target, headers, body: bytes })
        expect(sessionOf(answer, server.world)).toBeUndefined()
        expect(Object.prototype).not.toHaveProperty('a')
      })
    },
    propertyTimeoutMs,
  )

  test(
    'an odd path or method gets an answer and breaks nothing (#12, #18)',
    async () => {
      const start = fc.constantFrom(
        ...[
          '/',
          '/api/',
          '/api/me/',
          '/api/me/photo',
          '/auth/',
          '/getAToken',
          '/api/errors/',
          '//',
        ],
        ...[
          '/assets/',
          '/api/sessions/',
          '*',
          'http://evil.example/',
          '/.%2e/',
          '/api/%2e%2e/livez',
        ],
      )
      const rest = oddLine.map((text) => text.replace(/[ \t]/g, '%20'))
      const method = fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'DELETE', 'TRACE', 'PROPFIND')
      const page = fc.constantFrom('text/html', 'application/json', '*/*')
      await holds(fc.tuple(method, start, rest, page), async ([verb, before, after, accept]) => {
        const target = `${before}${after}`
        const headers = [['accept', accept] as const, ['x-csrf', '1'] as const]
        const answer = await server.send({ method: verb, target, headers })
        expect(sessionOf(answer, server.world)).toBeUndefined()
      })
    },
    propertyTimeoutMs,
  )

  test('the server logged no error of its own during the odd requests, and still serves', async () => {
    expect(server.world.complaints).toEqual([])
    expect((await server.send({ target: '/livez' })).status).toBe(200)
    const browser = await server.world.signIn()
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })
})
