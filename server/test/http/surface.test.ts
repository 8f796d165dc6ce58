import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { sendRaw } from '../support/raw.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

describe('every answer', () => {
  test.each(['/livez', '/api/session', '/api/nothing', '/auth/logout', '/nothing'])(
    'carries the security headers: %s',
    async (path) => {
      const { headers } = await fetch(`${world.origin}${path}`)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      for (const name of ['frame-ancestors', 'base-uri', 'object-src']) {
        expect(policy).toContain(`${name} 'none'`)
      }
      expect(policy).toContain(`form-action 'self' ${new URL(world.emulator.authority).origin};`)
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    },
  )

  test('lets the page load scripts, styles and data from this origin alone', async () => {
    const { headers } = await fetch(`${world.origin}/api/session`)
    const policy = (headers.get('content-security-policy') ?? '').split('; ')
    for (const name of ['script-src', 'style-src', 'connect-src', 'font-src']) {
      expect(policy).toContain(`${name} 'self'`)
    }
    expect(policy).toContain("img-src 'self' blob: data:")
  })

  test.each([
    ['GET', '/api/session', 200],
    ['GET', '/api/nothing', 404],
    ['GET', '/auth/login', 302],
    ['GET', '/getAToken?state=x', 303],
    ['POST', '/auth/logout', 303],
  ] as const)('that depends on who asks is kept by nobody: %s %s', async (method, path, status) => {
    const headers = { 'x-csrf': '1' }
    const answer = await request(`${world.origin}${path}`, { method, headers })
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([status, 'no-store'])
  })

  test('to a path that is not there is a problem for a program', async () => {
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
  'the reason of a refusal is told to the log alone: %s',
  async (path) => {
    world.logLines.length = 0
    const text = await (await fetch(`${world.origin}${path}`)).text()
    const lines = world.logLines.map((line) => JSON.parse(line) as { reason?: string })
    const reasons = lines.flatMap(({ reason }) => reason ?? [])
    expect(reasons).toHaveLength(1)
    expect(text).not.toContain(reasons[0])
  },
)

describe('a request that no route takes', () => {
  test.each([
    ['GET', '/%', 400, 'invalid_request'],
    ['GET', '/api/%zz', 400, 'invalid_request'],
    ['GET', `/api/errors/${'a'.repeat(200)}`, 400, 'invalid_request'],
    ['GET', '/auth/logout', 405, 'method_not_allowed'],
    ['PUT', '/api/session', 405, 'method_not_allowed'],
    ['DELETE', '/api/me', 405, 'method_not_allowed'],
    ['PATCH', '/api/sessions/some-id', 405, 'method_not_allowed'],
    ['GET', '/api/sessions/', 404, 'not_found'],
    ['POST', '/api/nothing', 404, 'not_found'],
    ['POST', '/:(', 404, 'not_found'],
    ['POST', '/:a(', 404, 'not_found'],
    ['POST', '/*', 404, 'not_found'],
  ] as const)('%s %s is a problem: %i %s', async (method, path, status, code) => {
    const { statusCode, headers, body } = await request(`${world.origin}${path}`, { method })
    expect(await body.json()).toMatchObject({ status, code })
    expect(statusCode).toBe(status)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect('allow' in headers).toBe(status === 405)
  })
})

test('headers without end are answered with a problem and the security headers (#12)', async () => {
  const headers = { cookie: 'a'.repeat(20_000) }
  const answer = await request(`${world.origin}/api/session`, { headers })
  expect(answer.statusCode).toBe(431)
  expect(await answer.body.json()).toMatchObject({ status: 431, code: 'invalid_request' })
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
})

test.each<[string, number, string[]]>([
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

describe('health', () => {
  const other = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'

  test('tells that the process lives and can sign people in', async () => {
    expect((await fetch(`${world.origin}/livez`)).status).toBe(200)
    const ready = await fetch(`${world.origin}/readyz`)
    expect(await ready.json()).toEqual({ status: 'ok', store: 'ok', authority: 'ok' })
  })

  test.each([
    ['another issuer', { issuer: 'https://evil.example/v2.0' }],
    ['an issuer of another tenant', { issuer: 'AUTHORITY/v2.0' }],
    [
      'the External ID issuer of another tenant',
      { issuer: `https://${other}.ciamlogin.com/${other}/v2.0` },
    ],
    [
      'its tenant at the External ID host of another',
      { issuer: `https://${other}.ciamlogin.com/TENANT/v2.0` },
    ],
    ['a page for an endpoint', { end_session_endpoint: 'javascript:alert(1)' }],
    ['an endpoint without TLS', { token_endpoint: 'http://evil.example/token' }],
  ])('does not take a document with %s for that of the authority', async (_name, change) => {
    const fresh = await World.open()
    const url = `${fresh.emulator.authority}/v2.0/.well-known/openid-configuration`
    const document = (await (await fetch(url)).json()) as object
    const text = JSON.stringify({ ...document, ...change })
      .replace('AUTHORITY', fresh.emulator.authority.replace(/[^/]+$/, other))
      .replace('TENANT', fresh.emulator.tenantId)
    const body = JSON.parse(text) as object
    fresh.emulator.failNext('discovery', { status: 200, body })
    expect((await fetch(`${fresh.origin}/readyz`)).status).toBe(503)
    await fresh.close()
  })

  test('tells that the authority cannot be reached', async () => {
    const fresh = await World.open()
    fresh.emulator.failNext('discovery', { status: 500, body: 'down' })
    const answer = await fetch(`${fresh.origin}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ authority: 'unavailable', store: 'ok' })
    expect((await fetch(`${fresh.origin}/livez`)).status).toBe(200)
    await fresh.close()
  })
})

describe('without values from the app registration', () => {
  const app = buildApp(
    loadConfig({ PORT: '3000', SESSION_STORE: 'memory:', LOG_LEVEL: 'silent', CLIENT_ID: 'x' }),
  )
  afterAll(async () => (await app).close())

  test('the API says that it is not configured', async () => {
    const answer = await (await app).inject('/api/session')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'config_missing' })
  })

  test('a sign-in leads to the Setup view', async () => {
    const answer = await (await app).inject('/auth/login')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/setup'])
  })

  test('the setup is told to this machine, without values', async () => {
    const answer = await (
      await app
    ).inject({ url: '/api/setup', headers: { host: 'localhost:3000' } })
    expect(answer.json()).toMatchObject({
      configured: false,
      redirectUri: 'http://localhost:3000/getAToken',
      settings: [
        { name: 'CLIENT_ID', status: 'invalid' },
        { name: 'CLIENT_SECRET', status: 'missing' },
        { name: 'AUTHORITY', status: 'missing' },
      ],
    })
  })

  test.each([{ remoteAddress: '192.0.2.1' }, { headers: { host: 'rebound.example' } }])(
    'the setup is told to nobody else: %j',
    async (from) => {
      const answer = await (await app).inject({ url: '/api/setup', ...from })
      expect(answer.json()).toEqual({ configured: false })
    },
  )
})

describe('the SPA', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-web-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<title>the page</title>')
  writeFileSync(join(folder, 'assets/app-abc123.js'), 'export {}')
  writeFileSync(join(folder, 'assets/old-abc123.js'), 'export {}')
  for (const name of ['index.html', 'assets/app-abc123.js']) {
    const bytes = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes))
  }
  const config = loadConfig({ SESSION_STORE: 'memory:', LOG_LEVEL: 'silent' })
  const app = buildApp(config, { webFolder: folder })
  afterAll(async () => {
    await (await app).close()
    rmSync(folder, { recursive: true })
  })
  const accept = 'text/html,*/*'

  test.each([
    ['/', 200],
    ['/login?returnTo=%2F', 200],
    ['/result/me/calendar', 200],
    ['/error?ref=x', 200],
    ['/setup', 200],
    ['/sessions/', 200],
    ['/result', 404],
    ['/nowhere', 404],
  ])('is the page at %s, with status %i', async (url, status) => {
    const answer = await (await app).inject({ url, headers: { accept } })
    expect([answer.statusCode, answer.body]).toEqual([status, '<title>the page</title>'])
  })

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
    [undefined, undefined, (bytes: Buffer) => bytes],
  ] as const)('is sent compressed as the browser wants it: %s', async (wanted, sent, unpack) => {
    const encoding = wanted === undefined ? {} : { 'accept-encoding': wanted }
    for (const [url, status, body, type] of [
      ['/', 200, '<title>the page</title>', 'text/html; charset=utf-8'],
      ['/nowhere', 404, '<title>the page</title>', 'text/html; charset=utf-8'],
      ['/assets/app-abc123.js', 200, 'export {}', 'application/javascript; charset=utf-8'],
    ] as const) {
      const headers = { accept, ...encoding }
      const answer = await (await app).inject({ url, headers })
      expect([answer.statusCode, unpack(answer.rawPayload).toString()]).toEqual([status, body])
      expect(answer.headers).toMatchObject({ 'content-type': type, vary: 'accept-encoding' })
      expect(answer.headers['content-encoding']).toBe(sent)
      const head = await (await app).inject({ method: 'HEAD', url, headers })
      expect([head.statusCode, head.body]).toEqual([status, ''])
      expect(head.headers['content-length']).toBe(answer.headers['content-length'])
    }
  })

  test('is not sent again to a browser that has it, but for a path that is not there', async () => {
    const headers = { accept, 'accept-encoding': 'br' }
    const { etag } = (await (await app).inject({ url: '/', headers })).headers
    const again = { accept, 'accept-encoding': 'br', 'if-none-match': etag ?? '' }
    const statusOf = async (url: string) => {
      const { statusCode, rawPayload } = await (await app).inject({ url, headers: again })
      return [statusCode, rawPayload.length > 0]
    }
    expect(await statusOf('/')).toEqual([304, false])
    expect(await statusOf('/nowhere')).toEqual([404, true])
    expect(await statusOf('/assets/app-abc123.js')).toEqual([200, true])
  })

  test('sends a file that has no compressed form as it is, and sends whole files only', async () => {
    const headers = { accept, 'accept-encoding': 'br', range: 'bytes=0-1' }
    const answer = await (await app).inject({ url: '/assets/old-abc123.js', headers })
    expect([answer.statusCode, answer.body]).toEqual([200, 'export {}'])
    expect(answer.headers).not.toHaveProperty('content-encoding')
    const packed = await (await app).inject({ url: '/assets/app-abc123.js', headers })
    expect(packed.statusCode).toBe(200)
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe('export {}')
  })

  test.each(['/assets/gone-abc123.js', '/assets/app-abc123.js.br', '/assets/'])(
    'is not sent in place of a file that is not there: %s',
    async (url) => {
      const headers = { accept, 'accept-encoding': 'br' }
      const answer = await (await app).inject({ url, headers })
      expect(answer.statusCode).toBe(404)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    },
  )

  test.each(['/api/nowhere', '/auth/nowhere'])('is not at %s', async (url) => {
    const answer = await (await app).inject({ url, headers: { accept } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('keeps hashed files for ever and asks for the others each time', async () => {
    const cacheOf = async (url: string) =>
      (await (await app).inject({ url, headers: { accept } })).headers['cache-control']
    expect(await cacheOf('/assets/app-abc123.js')).toBe('public, max-age=31536000, immutable')
    expect(await cacheOf('/')).toBe('no-cache')
  })
})

test('behind https, cookies have the prefix that only this server can set', async () => {
  const secure = await World.open({ PUBLIC_URL: 'https://app.example.com' })
  const { headers } = await request(`${secure.origin}/auth/login`)
  expect(headers['set-cookie']).toMatch(
    /^__Host-Http-tx-[\da-f]{16}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  await secure.close()
})
