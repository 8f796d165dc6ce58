import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Problem } from '@entra-bff/shared'
import { describe, expect, test } from 'vitest'
import { json, useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi()

describe('a failing API (#22)', () => {
  /** Writes past the HTTP module, which would not send this. */
  const bytes = (response: ServerResponse, text: string) => response.socket?.end(text)

  test.each<[string, (response: ServerResponse) => unknown]>([
    [
      'resets in the middle of the body',
      (response) => {
        response.writeHead(200, { ...json, 'content-length': 100 })
        response.write('{"a":', () => response.socket?.resetAndDestroy())
      },
    ],
    [
      'ends before the length it told',
      (response) => bytes(response, 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":1}'),
    ],
    [
      'ends in a chunk',
      (response) => bytes(response, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{'),
    ],
    [
      'tells two lengths',
      (response) =>
        bytes(response, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}'),
    ],
    ['does not speak HTTP', (response) => bytes(response, 'SSH-2.0-OpenSSH_9.6\r\n')],
    [
      'sends headers of 100 kB',
      (response) => response.writeHead(200, { ...json, 'x-long': 'a'.repeat(100_000) }).end('{}'),
    ],
    [
      'sends a page',
      (response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    ],
    ['tells no type', (response) => response.writeHead(200).end('{}')],
  ])('an API that %s is a 502, and is asked once', async (_name, act) => {
    api.answer = (_request, response) => {
      act(response)
    }
    const { status, json: problem } = await api.browser.fetch('/api/me')
    expect([status, problem]).toMatchObject([502, { code: 'upstream_error' }])
    expect(api.upstream.requests).toHaveLength(1)
  })

  test('the text of an API error does not reach the page', async () => {
    api.answer = (_request, response) =>
      response.writeHead(500, json).end('{"error":{"message":"at db-7.internal"}}')
    const { status, text } = await api.browser.fetch('/api/me')
    expect(status).toBe(502)
    expect(text).not.toContain('internal')
  })

  test.each([301, 302, 303, 307, 308])(
    'a redirect of the API with %i is not followed',
    async (status) => {
      api.answer = (_request, response) =>
        response
          .writeHead(status, { location: new URL('/elsewhere', api.upstream.endpoint).href })
          .end()
      const { status: told, headers } = await api.browser.fetch('/api/me')
      expect(told).toBe(502)
      expect(headers).not.toHaveProperty('location')
      expect(api.upstream.requests).toHaveLength(1)
    },
  )

  test('an answer of the API without end is cut off, and not kept in memory', async () => {
    const piece = Buffer.alloc(1024 * 1024, ' ')
    let pieces = 0
    let closed: Promise<unknown> = Promise.resolve()
    api.answer = (_request, response) => {
      response.writeHead(200, json)
      closed = once(response, 'close')
      const more = () => {
        pieces += 1
        // In another turn of the event loop, or the end of the connection would never be seen.
        if (!response.destroyed) response.write(piece, () => setImmediate(more))
      }
      more()
    }
    const { status, json: problem } = await api.browser.fetch('/api/me')
    expect([status, problem]).toMatchObject([502, { code: 'upstream_too_large' }])
    expect((problem as Problem).detail).toMatch(/16 MiB.*Ask for less/)
    expect((problem as Problem).detail).not.toMatch(/again/i)
    await closed
    // The server reads 16 MiB at most; the other pieces are in buffers.
    expect(pieces).toBeLessThan(64)
  })

  test('an answer of the API whose announced length is too large is cut off', async () => {
    api.answer = (_request, response) => {
      response.writeHead(200, { ...json, 'content-length': 17 * 1024 * 1024 })
      response.write(Buffer.alloc(16 * 1024 * 1024 + 1, ' '))
    }
    const { status, json: problem } = await api.browser.fetch('/api/me')
    expect([status, problem]).toMatchObject([502, { code: 'upstream_too_large' }])
  })

  test('cookies and security headers of the API do not pass through the server', async () => {
    api.answer = (_request, response) =>
      response
        .writeHead(200, {
          ...json,
          'set-cookie': 'sid=evil',
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
          'content-security-policy': "default-src 'unsafe-inline'",
          'cache-control': 'public, max-age=9999',
          'clear-site-data': '"*"',
          location: 'https://evil.example/',
          refresh: '0; url=https://evil.example/',
          server: 'evil',
          'x-evil': 'yes',
        })
        .end('{}')
    const { status, headers } = await api.browser.fetch('/api/me')
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(JSON.stringify(headers)).not.toContain('evil')
    for (const name of ['set-cookie', 'access-control-allow-origin', 'clear-site-data']) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  test('a hundred requests with one token that the API refuses cost one new token (#20)', async () => {
    api.world.emulator.clearRequests()
    let refused: string | undefined
    api.answer = (request, response) => {
      refused ??= request.headers.authorization
      const status = request.headers.authorization === refused ? 401 : 200
      response.writeHead(status, json).end('{}')
    }
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => api.browser.fetch('/api/me')),
    )
    const served = answers.filter(({ status }) => status === 200)
    expect(served.length).toBeGreaterThanOrEqual(8)
    for (const { status } of answers) expect([200, 429]).toContain(status)
    expect(api.world.emulator.requests('token')).toHaveLength(1)
  })
})
