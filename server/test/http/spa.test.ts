import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'

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
  const config = loadConfig({
    SESSION_STORE: 'memory:',
    LOG_LEVEL: 'silent',
    CLIENT_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
    CLIENT_SECRET: 'secret',
    AUTHORITY: 'https://login.microsoftonline.com/contoso.onmicrosoft.com',
  })
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
  ])('the page is served at %s, with status %i', async (url, status) => {
    const answer = await (await app).inject({ url, headers: { accept } })
    expect([answer.statusCode, answer.body]).toEqual([status, '<title>the page</title>'])
  })

  test('the page may load scripts, styles and data from this origin alone, and post to Entra', async () => {
    const policyFor = async (url: string, encoding: string) => {
      const headers = { accept, 'accept-encoding': encoding }
      return String((await (await app).inject({ url, headers })).headers['content-security-policy'])
    }
    const text = await policyFor('/', 'br')
    expect(await policyFor('/', 'gzip')).toBe(text)
    expect(await policyFor('/index.html', 'identity')).toBe(text)
    expect(await policyFor('/nowhere', 'br')).toBe(text)
    const policy = text.split('; ')
    for (const name of ['script-src', 'style-src', 'connect-src', 'font-src']) {
      expect(policy).toContain(`${name} 'self'`)
    }
    for (const name of ['default-src', 'frame-ancestors', 'base-uri', 'object-src']) {
      expect(policy).toContain(`${name} 'none'`)
    }
    expect(policy).toContain("img-src 'self' blob: data:")
    expect(policy).toContain("form-action 'self' https://login.microsoftonline.com")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy.join()).not.toContain('unsafe')
  })

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
    [undefined, undefined, (bytes: Buffer) => bytes],
  ] as const)(
    'the page is compressed as the browser accepts it: %s',
    async (wanted, sent, unpack) => {
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
    },
  )

  test('the page is not sent again to a browser that has it, except for an unknown path', async () => {
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

  test('a file without a compressed form is sent as it is, and always as a whole', async () => {
    const headers = { accept, 'accept-encoding': 'br', range: 'bytes=0-1' }
    const answer = await (await app).inject({ url: '/assets/old-abc123.js', headers })
    expect([answer.statusCode, answer.body]).toEqual([200, 'export {}'])
    expect(answer.headers).not.toHaveProperty('content-encoding')
    const packed = await (await app).inject({ url: '/assets/app-abc123.js', headers })
    expect(packed.statusCode).toBe(200)
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe('export {}')
  })

  test.each(['/assets/gone-abc123.js', '/assets/app-abc123.js.br', '/assets/'])(
    'a missing file is a problem, and not the page: %s',
    async (url) => {
      const headers = { accept, 'accept-encoding': 'br' }
      const answer = await (await app).inject({ url, headers })
      expect(answer.statusCode).toBe(404)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    },
  )

  test.each(['/api/nowhere', '/auth/nowhere'])('the page is not served at %s', async (url) => {
    const answer = await (await app).inject({ url, headers: { accept } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('hashed files are cached for ever, and other files are asked for each time', async () => {
    const cacheOf = async (url: string) =>
      (await (await app).inject({ url, headers: { accept } })).headers['cache-control']
    expect(await cacheOf('/assets/app-abc123.js')).toBe('public, max-age=31536000, immutable')
    expect(await cacheOf('/')).toBe('no-cache')
  })
})
