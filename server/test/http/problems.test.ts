import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendRaw } from '../support/raw.ts'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

describe('every answer', () => {
  test('an unknown path is a problem for a program', async () => {
    const answer = await fetch(`${world.origin}/api/nothing`)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({
      code: 'not_found',
      correlationId: expect.any(String) as string,
    })
  })
})

test.each(['/api/nothing', '/api/me', '/api/errors/aaaaaaaaaaaaaaaaaaaaaa'])(
  'the reason of a refusal is in the log alone: %s',
  async (path) => {
    world.logLines.length = 0
    const text = await (await fetch(`${world.origin}${path}`)).text()
    const lines = world.logLines.map((line) => JSON.parse(line) as { reason?: string })
    const reasons = lines.flatMap(({ reason }) => reason ?? [])
    expect(reasons).toHaveLength(1)
    expect(text).not.toContain(reasons[0])
  },
)

describe.skipIf(behindNginx)('a request that no route takes', () => {
  test.each([
    ['GET', '/%', 400, 'invalid_request'],
    ['GET', '/api/%zz', 400, 'invalid_request'],
    ['GET', `/api/errors/${'a'.repeat(600)}`, 400, 'invalid_request'],
    ['GET', '/auth/logout', 405, 'method_not_allowed'],
    ['PUT', '/api/session', 405, 'method_not_allowed'],
    ['DELETE', '/api/me', 405, 'method_not_allowed'],
    ['PATCH', '/api/sessions/some-id', 405, 'method_not_allowed'],
    ['GET', '/api/sessions/', 404, 'not_found'],
    ['POST', '/api/nothing', 404, 'not_found'],
    ['POST', '/:(', 404, 'not_found'],
    ['POST', '/:a(', 404, 'not_found'],
    ['POST', '/*', 404, 'not_found'],
  ] as const)(
    'the request %s %s, which no route takes, is a problem: %i %s',
    async (method, path, status, code) => {
      const { statusCode, headers, body } = await request(`${world.origin}${path}`, { method })
      expect(await body.json()).toMatchObject({ status, code })
      expect(statusCode).toBe(status)
      expect(headers['content-security-policy']).toContain("default-src 'none'")
      expect('allow' in headers).toBe(status === 405)
    },
  )
})

test.skipIf(behindNginx)(
  'headers that are too large are answered with a problem and the security headers (#12)',
  async () => {
    const headers = { cookie: 'a'.repeat(20_000) }
    const answer = await request(`${world.origin}/api/session`, { headers })
    expect(answer.statusCode).toBe(431)
    expect(await answer.body.json()).toMatchObject({ status: 431, code: 'invalid_request' })
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  },
)

test.skipIf(behindNginx).each<[string, number, string[]]>([
  ['without a Host header', 400, []],
  ['with two Host headers', 400, ['Host: localhost', 'Host: evil.example']],
  ['with two equal Host headers', 400, ['Host: localhost', 'host: localhost']],
  ['with a Host header that is no host', 400, ['Host: local host/a']],
  ['with an expectation that nobody meets', 417, ['Host: localhost', 'Expect: 200-ok']],
])('a request %s is a %i with the security headers (#12)', async (_name, status, head) => {
  const answer = await sendRaw(world.origin, ['GET /livez HTTP/1.1', ...head])
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.body)).toMatchObject({ status, code: 'invalid_request' })
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
})

test('a request of HTTP/1.0 needs no Host header', async () => {
  expect((await sendRaw(world.origin, ['GET /livez HTTP/1.0'])).status).toBe(200)
})
