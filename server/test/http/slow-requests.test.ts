import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { parseRaw } from '../support/raw.ts'
import { freePort } from '../support/world.ts'

type App = Awaited<ReturnType<typeof buildApp>>

/** Node's limits for slow requests, and how often Node checks them. In milliseconds. */
interface Patience {
  headersTimeout: number
  requestTimeout: number
  connectionsCheckingInterval: number
}

const config = loadConfig({ SESSION_STORE: 'memory:', LOG_LEVEL: 'silent' })

test('a request has ten seconds for its headers and half a minute in all (#40)', async () => {
  const app = await buildApp(config)
  expect(app.server).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    timeout: 75_000,
  })
  expect(
    (app.server as App['server'] & Partial<Patience>).connectionsCheckingInterval,
  ).toBeLessThanOrEqual(2_000)
  await app.close()
})

describe('slow requests, with shorter limits than in production (#40)', () => {
  let app: App
  let port: number
  beforeAll(async () => {
    app = await buildApp(config)
    const patience: Patience = {
      headersTimeout: 300,
      requestTimeout: 500,
      connectionsCheckingInterval: 20,
    }
    Object.assign(app.server, patience)
    port = await freePort()
    await app.listen({ port, host: '127.0.0.1' })
  })
  afterAll(() => app.close())

  async function open(firstBytes: string): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(firstBytes)
    return socket
  }

  async function answerOf(socket: Socket) {
    const chunks: Buffer[] = []
    for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk)
    return parseRaw(Buffer.concat(chunks).toString())
  }

  const post = 'POST /livez HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
  test.each([
    ['headers that never end', 'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: a'],
    ['a request line that never ends', 'GET /liv'],
    ['a body that never ends', `${post}Content-Length: 9\r\n\r\na`],
    ['a chunk that never ends', `${post}Transfer-Encoding: chunked\r\n\r\n9`],
  ])('the connection of a slow request is closed: %s', async (_name, bytes) => {
    const { status, headers, body } = await answerOf(await open(bytes))
    expect(status).toBe(408)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(JSON.parse(body)).toMatchObject({ status: 408, code: 'invalid_request' })
  })

  test('the connection of a header that is sent one letter at a time is closed', async () => {
    const socket = await open('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    const dripping = setInterval(() => socket.write('a'), 10)
    socket.once('close', () => {
      clearInterval(dripping)
    })
    expect((await answerOf(socket)).status).toBe(408)
  })

  test('a hundred slow requests hold up no other request', async () => {
    const slow = await Promise.all(
      Array.from({ length: 100 }, () => open('GET /livez HTTP/1.1\r\n')),
    )
    expect((await fetch(`http://127.0.0.1:${String(port)}/livez`)).status).toBe(200)
    const answers = await Promise.all(slow.map(answerOf))
    expect(answers.every(({ status }) => status === 408)).toBe(true)
  })
})
