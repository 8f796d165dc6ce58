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
  writeFileSync(join(folder, '.hidden'), 'hidden')
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
  ])('the page is served at %s, with status %i', async (url, status) => {
    const answer = await (await app).inject({ url, headers: { accept } })
    expect([answer.statusCode, answer.body]).toEqual([status, '<title>the page</title>'])
  })

  test.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['BR', 'br', brotliDecompressSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['br ; q=0, *', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
    ['*;q=0', undefined, (bytes: Buffer) => bytes],
    ['br;q=much', undefined, (bytes: Buffer) => bytes],
    ['identity', undefined, (bytes: Buffer) => bytes],
    [undefined, undefined, (bytes: Buffer) => bytes],
  ] as const)(
    'the page is compressed as the browser accepts it: %s',
    async (wanted, sent, unpack) => {
      const encoding = wanted === undefined ? {} : { 'accept-encoding': wanted }
      for (const [url, status, body, type] of [
        ['/', 200, '<title>the page</title>', 'text/html; charset=utf-8'],
        ['/nowhere', 404, '<title>the page</title>', 'text/html; charset=utf-8'],
        ['/assets/app-abc123.js', 200, 'export {}', 'text/javascript; charset=utf-8'],
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
    const answerTo = async (url: string, tags: string) => {
      const again = { ...headers, 'if-none-match': tags }
      const answer = await (await app).inject({ url, headers: again })
      return [answer.statusCode, answer.rawPayload.length > 0, answer.headers['cache-control']]
    }
    expect(await answerTo('/', String(etag))).toEqual([304, false, 'no-cache'])
    expect(await answerTo('/', `"another", W/${String(etag)}`)).toEqual([304, false, 'no-cache'])
    expect(await answerTo('/', '"another"')).toEqual([200, true, 'no-cache'])
    expect(await answerTo('/nowhere', String(etag))).toEqual([404, true, 'no-cache'])
    expect((await answerTo('/assets/app-abc123.js', String(etag)))[0]).toBe(200)
  })

  test('each form of the page has an ETag of its own', async () => {
    const etags = ['br', 'gzip', 'identity'].map(async (encoding) => {
      const headers = { accept, 'accept-encoding': encoding }
      return (await (await app).inject({ url: '/', headers })).headers.etag
    })
    expect(new Set(await Promise.all(etags)).size).toBe(3)
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

  test('pages that are open keep their files while a new build takes the place of the files', async () => {
    await app
    writeFileSync(join(folder, 'assets/app-abc123.js'), 'a new build')
    rmSync(join(folder, 'assets/old-abc123.js'))
    for (const file of ['app', 'old']) {
      const answer = await (await app).inject({ url: `/assets/${file}-abc123.js` })
      expect([answer.statusCode, answer.body]).toEqual([200, 'export {}'])
    }
  })

  test.each([
    '/assets/gone-abc123.js',
    '/assets/app-abc123.js.br',
    '/assets/',
    '/assets/..%2Findex.html',
  ])('a missing file is a problem, and not the page: %s', async (url) => {
    const headers = { accept, 'accept-encoding': 'br' }
    const answer = await (await app).inject({ url, headers })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('a hidden file is not served', async () => {
    expect((await (await app).inject({ url: '/.hidden' })).statusCode).toBe(404)
  })

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
