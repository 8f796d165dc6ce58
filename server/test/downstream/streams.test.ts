import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Type } from 'typebox'
import { request } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { json, useScriptedApi } from '../support/scripted-api.ts'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

const events = { 'content-type': 'text/event-stream; charset=utf-8' }
const file = { 'content-type': 'application/octet-stream' }
const mebibyte = 1024 * 1024

const withStreams: typeof callsOf = (settings) => [
  ...callsOf(settings),
  {
    id: 'live',
    title: 'What happens',
    method: 'GET',
    resource: settings.graph,
    path: '/v1.0/live',
    scopes: ['User.Read'],
    answer: { stream: ['text/event-stream', 'application/octet-stream'] },
  },
  {
    id: 'messages',
    title: 'The content of a message',
    method: 'GET',
    resource: settings.graph,
    path: '/v1.0/me/messages/AAMkAA/$value',
    scopes: ['Mail.Read'],
    answer: { stream: ['text/plain'] },
  },
  {
    id: 'exports',
    title: 'Makes a file',
    method: 'POST',
    resource: settings.graph,
    path: '/v1.0/exports',
    body: Type.Object({}),
    scopes: ['User.Read'],
    answer: { stream: ['application/octet-stream'] },
  },
]

const api = useScriptedApi('/auth/login', { calls: withStreams })
afterEach(() => {
  vi.useRealTimers()
})

/** The answers of the API that are under way. */
function answerWith(headers: Record<string, string>, first = 'data: 1\n\n'): ServerResponse[] {
  const open: ServerResponse[] = []
  api.answer = (_request, response) => {
    open.push(response)
    response.writeHead(200, headers).write(first)
  }
  return open
}

async function openStream(browser: Browser) {
  const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
  const answer = await request(`${api.world.origin}/api/live`, { headers })
  const stream = { ...answer, text: '', isOver: false, error: undefined as Error | undefined }
  answer.body.setEncoding('utf8')
  answer.body
    .on('data', (text: string) => (stream.text += text))
    .on('error', (error: Error) => (stream.error = error))
    .on('close', () => (stream.isOver = true))
  return stream
}

const isGone = (response: ServerResponse | undefined) => response?.destroyed === true

describe('a stream of an API', () => {
  test('a stream is passed on piece by piece, as the API sends it', async () => {
    const open = answerWith(events)
    const stream = await openStream(api.browser)
    expect(api.upstream.requests[0]?.headers.accept).toContain('text/event-stream')
    expect(stream.statusCode).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // It is for the proxy, which keeps it.
      ...(!behindNginx && { 'x-accel-buffering': 'no' }),
    })
    await vi.waitUntil(() => stream.text === 'data: 1\n\n')
    open[0]?.write('data: 2\n\n')
    await vi.waitUntil(() => stream.text === 'data: 1\n\ndata: 2\n\n')
    open[0]?.end()
    await vi.waitUntil(() => stream.isOver)
    expect(stream.error).toBeUndefined()
  })

  test('a stream of events is open before its first event', async () => {
    const open: ServerResponse[] = []
    api.answer = (_request, response) => {
      open.push(response)
      response.writeHead(200, events).flushHeaders()
    }
    const stream = await openStream(api.browser)
    expect([stream.statusCode, stream.headers['content-type']]).toEqual([
      200,
      events['content-type'],
    ])
    expect(stream.text).toBe('')
    open[0]?.end('data: 1\n\n')
    await vi.waitUntil(() => stream.isOver)
    expect([stream.text, stream.error]).toEqual(['data: 1\n\n', undefined])
  })

  test('a download keeps its name and its length, and may be larger than other answers', async () => {
    const size = 20 * mebibyte
    api.answer = (_request, response) =>
      response
        .writeHead(200, {
          ...file,
          'content-length': size,
          'content-disposition': 'attachment; filename="a.bin"',
          'set-cookie': 'sid=evil',
          'access-control-allow-origin': '*',
        })
        .end(Buffer.alloc(size, 'x'))
    const { status, headers, text } = await api.browser.fetch('/api/live')
    expect([status, text.length]).toEqual([200, size])
    expect(headers).toMatchObject({
      'content-length': String(size),
      'content-disposition': 'attachment; filename="a.bin"',
    })
    expect(headers).not.toHaveProperty('set-cookie')
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('the content of a message of Graph is passed on as a stream', async () => {
    const world = await World.open({}, { server: { calls: withStreams } })
    const browser = world.openBrowser()
    await browser.goTo('/auth/login?scopes=User.Read+Mail.Read')
    const { status, text } = await browser.fetch('/api/messages')
    expect(status).toBe(200)
    expect(text).toMatch(/^From: "Adele Vance"/)
    expect(text.length).toBeGreaterThan(100_000)
    await world.close()
  })

  test('a download that the caller has already is a 304', async () => {
    api.answer = (asked, response) =>
      response
        .writeHead(asked.headers['if-none-match'] === '"7"' ? 304 : 200, { etag: '"7"' })
        .end()
    const headers = { 'if-none-match': '"7"' }
    const { status, text, headers: told } = await api.browser.fetch('/api/live', { headers })
    expect([status, text, told['etag']]).toEqual([304, '', '"7"'])
  })

  test('HEAD of a stream is a 405, and asks no API', async () => {
    const { status } = await api.browser.fetch('/api/live', { method: 'HEAD' })
    expect(status).toBe(405)
    expect(api.upstream.requests).toHaveLength(0)
  })

  test.each([
    [200, 'text/html', 502, 'upstream_error'],
    [200, 'image/svg+xml', 502, 'upstream_error'],
    [403, 'application/json', 403, 'forbidden'],
    [404, 'application/json', 404, 'not_found'],
    [429, 'application/json', 429, 'upstream_throttled'],
    [302, 'text/event-stream', 502, 'upstream_error'],
    [500, 'text/event-stream', 502, 'upstream_error'],
  ])(
    'a stream with the status %i and the type %s is a %i problem, and is not read',
    async (status, type, told, code) => {
      const open: ServerResponse[] = []
      api.answer = (_request, response) => {
        open.push(response)
        response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).write('x')
      }
      const answer = await api.browser.fetch('/api/live')
      expect([answer.status, answer.json]).toMatchObject([told, { code }])
      await vi.waitUntil(() => isGone(open[0]))
      expect(api.upstream.requests).toHaveLength(1)
    },
  )

  test('a stream that the API throttles is told with the Retry-After and the request id of the API (#21)', async () => {
    const date = new Date(Date.now() + 3_600_000 * 24).toUTCString()
    for (const [asked, told] of [
      ['7', '7'],
      [date, '3600'],
    ] as const) {
      api.answer = (_request, response) =>
        response.writeHead(429, { ...json, 'retry-after': asked, 'request-id': 'r-1' }).end('{}')
      const { status, headers } = await api.browser.fetch('/api/live')
      expect([status, headers['retry-after'], headers['request-id']]).toEqual([429, told, 'r-1'])
    }
  })

  test('a packed stream is an upstream error, since none was asked for', async () => {
    const open = answerWith({ ...file, 'content-encoding': 'gzip' })
    expect((await api.browser.fetch('/api/live')).json).toMatchObject({ code: 'upstream_error' })
    await vi.waitUntil(() => isGone(open[0]))
  })

  test('a stream whose API refuses the token is asked for once more with a new one', async () => {
    const tokens = new Set<string | undefined>()
    api.answer = (asked, response) => {
      tokens.add(asked.headers.authorization)
      if (tokens.size === 1) response.writeHead(401, json).end('{}')
      else response.writeHead(200, file).end('good')
    }
    expect((await api.browser.fetch('/api/live')).text).toBe('good')
    expect(tokens.size).toBe(2)
  })
})

describe('the end of a stream (#22, #25)', () => {
  test('a stream ends at once when its session is signed out, and streams of other sessions go on', async () => {
    const open = answerWith(events)
    const [mine, other] = [await api.world.signIn(), await api.world.signIn()]
    const [stream, staying] = [await openStream(mine), await openStream(other)]
    await vi.waitUntil(() => stream.text !== '' && staying.text !== '')
    await mine.submit('/auth/logout')
    await vi.waitUntil(() => stream.isOver)
    expect(stream.error).toBeInstanceOf(Error)
    await vi.waitUntil(() => isGone(open[0]))
    open[1]?.write('data: 2\n\n')
    await vi.waitUntil(() => staying.text.includes('data: 2'))
    expect(api.world.logLines.join('')).toContain('"code":"session_revoked"')
    staying.body.destroy()
  })

  test('a stream that began while its session was ended is broken off', async () => {
    const browser = await api.world.signIn()
    let begin: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      api.answer = (_request, response) => {
        begin = () => response.writeHead(200, file).write('secret')
        resolve()
      }
    })
    const answer = browser.fetch('/api/live').catch((error: unknown) => error)
    await asked
    await browser.submit('/auth/logout')
    begin()
    expect(await answer).not.toMatchObject({ status: 200 })
  })

  test('a stream ends when its session expires', async () => {
    const open = answerWith(events)
    const stream = await openStream(await api.world.signIn())
    await vi.waitUntil(() => stream.text !== '')
    later(61)
    await vi.waitUntil(() => stream.isOver, 5_000)
    await vi.waitUntil(() => isGone(open[0]))
  })

  test.skipIf(behindNginx)('a caller who leaves ends the stream at the API', async () => {
    api.world.logLines.length = 0
    const open = answerWith(events)
    const stream = await openStream(api.browser)
    await vi.waitUntil(() => stream.text !== '')
    stream.body.destroy()
    await vi.waitUntil(() => isGone(open[0]))
    const levels = api.world.logLines.map((line) => (JSON.parse(line) as { level: number }).level)
    expect(Math.max(...levels)).toBeLessThan(50)
  })

  test.skipIf(behindNginx).each([
    ['GET', '/api/live', {}],
    ['POST', '/api/exports', { 'content-type': 'application/json' }],
  ] as const)(
    'a caller who leaves before the first byte of a download is no fault of the server: %s %s',
    async (method, path, type) => {
      api.world.logLines.length = 0
      const open: ServerResponse[] = []
      api.answer = (_request, response) => {
        open.push(response)
        response.writeHead(200, file).flushHeaders()
      }
      const headers = { cookie: await api.browser.cookieHeader(), 'x-csrf': '1', ...type }
      const body = method === 'POST' ? '{}' : null
      const leaving = new AbortController()
      const { signal } = leaving
      const answer = request(api.world.origin + path, { method, headers, body, signal })
      const refused = expect(answer).rejects.toThrow()
      await vi.waitUntil(() => open.length === 1)
      // Meanwhile, the head of the API's answer arrives.
      await api.browser.fetch('/api/session')
      leaving.abort()
      await refused
      await vi.waitUntil(() => isGone(open[0]))
      const levels = api.world.logLines.map((line) => (JSON.parse(line) as { level: number }).level)
      expect(Math.max(...levels)).toBeLessThan(50)
    },
  )

  test('an API that resets before the first byte of a download is a 502 problem', async () => {
    api.answer = (_request, response) => {
      response.writeHead(200, file).flushHeaders()
      setImmediate(() => response.socket?.resetAndDestroy())
    }
    const answer = await api.browser.fetch('/api/live')
    expect([answer.status, answer.json]).toMatchObject([502, { code: 'upstream_error' }])
  })

  test('an API that resets within a stream breaks it off, so that it does not look complete', async () => {
    const open = answerWith(file, 'half')
    const stream = await openStream(api.browser)
    await vi.waitUntil(() => stream.text === 'half')
    open[0]?.socket?.resetAndDestroy()
    await vi.waitUntil(() => stream.isOver)
    expect(stream.error).toBeInstanceOf(Error)
  })

  test.skipIf(behindNginx)(
    'streams count as calls under way, and make room when they end',
    async () => {
      const open = answerWith(events)
      const browser = await api.world.signIn()
      const streams = await Promise.all(Array.from({ length: 8 }, () => openStream(browser)))
      await vi.waitUntil(() => open.length === 8)
      expect((await browser.fetch('/api/live')).json).toMatchObject({ code: 'rate_limited' })
      for (const { body } of streams) body.destroy()
      api.answer = (_request, response) => response.writeHead(200, json).end('{}')
      await vi.waitUntil(async () => (await browser.fetch('/api/me')).status === 200)
    },
  )
})

describe.skipIf(behindNginx)('a slow reader of a stream (#22)', () => {
  test('an API sends no more than a slow caller reads, so that memory stays flat', async () => {
    const piece = Buffer.alloc(mebibyte, 'x')
    let pieces = 0
    api.answer = (_request, response) => {
      response.writeHead(200, file)
      const more = () => {
        pieces += 1
        if (!response.destroyed) response.write(piece, () => setImmediate(more))
      }
      more()
    }
    const { port, host } = new URL(api.world.origin)
    const socket = connect(Number(port), '127.0.0.1').pause()
    await once(socket, 'connect')
    const cookie = await api.browser.cookieHeader()
    socket.write(
      `GET /api/live HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nX-CSRF: 1\r\n\r\n`,
    )
    await vi.waitUntil(() => pieces > 0)
    // Without a limit, each turn of the event loop would bring another piece.
    for (let turns = 0; turns < 2_000; turns += 1) await new Promise(setImmediate)
    expect(pieces).toBeLessThan(32)
    socket.destroy()
  })
})

describe.skipIf(behindNginx)('a server that closes', () => {
  test('a server that closes ends a stream of events, and lets a download finish (#31)', async () => {
    const open: ServerResponse[] = []
    const kinds = [events, file]
    api.answer = (_request, response) => {
      response.writeHead(200, kinds[open.length] ?? json).write('begin')
      open.push(response)
    }
    const server = { calls: withStreams }
    const world = await World.open({ ENDPOINT: api.upstream.endpoint }, { server })
    const browser = await world.signIn()
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const live = await request(`${world.origin}/api/live`, { headers })
    const download = await request(`${world.origin}/api/live`, { headers })
    const broken = new Promise((resolve) => live.body.resume().once('error', resolve))
    const closed = world.stopServer()
    await broken
    open[1]?.end(' and end')
    expect(await download.body.text()).toBe('begin and end')
    await closed
    await world.close()
  })

  test('a stream of events that begins while the server closes is ended, and does not hold the server up', async () => {
    const begun: ServerResponse[] = []
    api.answer = (_request, response) => begun.push(response)
    const server = { calls: withStreams }
    const world = await World.open({ ENDPOINT: api.upstream.endpoint }, { server })
    const headers = { cookie: await (await world.signIn()).cookieHeader(), 'x-csrf': '1' }
    const asking = request(`${world.origin}/api/live`, { headers })
    await vi.waitUntil(() => begun.length === 1)
    const closed = world.stopServer()
    const isReachable = () => fetch(world.origin).then(Boolean, () => false)
    await vi.waitUntil(async () => !(await isReachable()))
    begun[0]?.writeHead(200, events).flushHeaders()
    const { statusCode, body } = await asking
    expect(statusCode).toBe(200)
    await expect(body.text()).rejects.toThrow()
    await closed
    await world.close()
  })
})
