import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

const maxAtOnce = 8

let upstream: Upstream
let world: World
/** The calls that the API has not answered yet. */
let open: ServerResponse[]
beforeAll(async () => {
  upstream = await startUpstream((_request, response) => {
    open.push(response)
    response.once('close', () => (open = open.filter((other) => other !== response)))
  })
  world = await World.open({ ENDPOINT: upstream.endpoint })
})
beforeEach(() => {
  open = []
  upstream.requests.length = 0
  world.logLines.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  upstream.close()
})

function answerAll(): void {
  for (const response of open) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
}

async function untilOpen(count: number): Promise<void> {
  await vi.waitUntil(() => open.length === count, { timeout: 5_000 })
}

/** Sends calls of one session over one connection without waiting for answers. */
async function pipeline(cookie: string, count: number) {
  const { port, host } = new URL(world.origin)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  const request = `GET /api/me HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nX-CSRF: 1\r\n\r\n`
  socket.write(request.repeat(count))
  return { socket, received: () => received }
}

const refused = () => world.logLines.filter((line) => line.includes('"code":"rate_limited"'))

describe.skipIf(behindNginx)('one session (#22)', () => {
  test('a session has at most eight calls under way, and a ninth gets a 429 with Retry-After', async () => {
    const browser = await world.signIn()
    const first = Array.from({ length: maxAtOnce }, () => browser.fetch('/api/me'))
    await untilOpen(maxAtOnce)
    const ninth = await browser.fetch('/api/me')
    expect(ninth.status).toBe(429)
    expect(ninth.headers['retry-after']).toBe('1')
    expect(ninth.json).toMatchObject({
      code: 'rate_limited',
      detail: 'Only 8 API calls of a session run at once. Try again in a second.',
    })
    answerAll()
    for (const { status } of await Promise.all(first)) expect(status).toBe(200)
    const next = browser.fetch('/api/me')
    await untilOpen(1)
    answerAll()
    expect((await next).status).toBe(200)
    expect(upstream.requests).toHaveLength(maxAtOnce + 1)
  })

  test('a session with 1,600 calls on one connection does not keep other sessions from calling', async () => {
    const greedy = await world.signIn()
    const other = await world.signIn()
    const cookie = await greedy.cookieHeader()
    const { socket } = await pipeline(cookie, 1_600)
    await untilOpen(maxAtOnce)
    await vi.waitUntil(() => refused().length > maxAtOnce)
    const expectAnswerForOther = async () => {
      const call = other.fetch('/api/me')
      await untilOpen(maxAtOnce + 1)
      open.at(-1)?.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      expect((await call).status).toBe(200)
      await untilOpen(maxAtOnce)
    }
    await expectAnswerForOther()
    socket.destroy()
    await once(socket, 'close')
    await expectAnswerForOther()
    expect(upstream.requests).toHaveLength(maxAtOnce + 2)
    answerAll()
    await untilOpen(0)
  })
})

describe('a caller who disconnects', () => {
  test.skipIf(behindNginx)(
    'a caller who disconnects aborts the API call, and the log shows no error',
    async () => {
      const browser = await world.signIn()
      const cookie = await browser.cookieHeader()
      const { socket, received } = await pipeline(cookie, 3)
      await untilOpen(3)
      socket.end()
      await untilOpen(0)
      expect(received()).toBe('')
      await vi.waitUntil(() => world.logLines.join('').includes('closed the connection'))
      const levels = world.logLines.map((line) => (JSON.parse(line) as { level: number }).level)
      expect(Math.max(...levels)).toBeLessThan(50)
    },
  )

  test('a caller who disconnects during a refresh keeps the new tokens, and the API is not called', async () => {
    world.emulator.setLifetimes({ accessToken: 1_800 })
    const browser = await world.signIn()
    world.emulator.setLifetimes({ accessToken: 3_600 })
    later(30)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 200 })
    const cookie = await browser.cookieHeader()
    const { socket } = await pipeline(cookie, 1)
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    socket.destroy()
    await vi.waitUntil(() => world.logLines.join('').includes('closed the connection'))
    expect(upstream.requests).toHaveLength(0)

    const call = browser.fetch('/api/me')
    await untilOpen(1)
    answerAll()
    expect((await call).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })
})
