import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Browser } from '../support/browser.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { ChildServer } from '../support/child-server.ts'
import { hasNginx, Nginx } from '../support/nginx.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { adele, freePort, registrationAt, settingsFor } from '../support/world.ts'

const patience = { timeout: 20_000 }

describe.skipIf(!hasNginx || !hasRedis)('two servers behind nginx, by deploy/nginx.conf', () => {
  let folder: string
  let certificates: Certificates
  let origin: string
  let redirectPort: number
  let emulator: Emulator
  let redis: RedisServer
  let nginx: Nginx
  let ports: readonly [number, number]
  let servers: [ChildServer, ChildServer]
  let agent: Agent
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-nginx-test-'))
    certificates = await makeCertificates(folder, ['localhost'])
    const port = await freePort()
    redirectPort = await freePort()
    origin = `https://localhost:${String(port)}`
    agent = agentOf()
    emulator = await startEmulator({ automaticUser: adele, clients: [registrationAt(origin)] })
    redis = await RedisServer.start()
    ports = [await freePort(), await freePort()]
    servers = [await startServer(ports[0]), await startServer(ports[1])]
    nginx = await Nginx.start({ port, servers: ports, tls: { ...certificates, redirectPort } })
  })
  afterAll(async () => {
    await agent.close()
    await nginx.close()
    await Promise.all(servers.map((server) => server.end('SIGKILL')))
    await redis.close()
    await emulator.close()
    rmSync(folder, { recursive: true })
  })

  /** @param localAddress of the client */
  function agentOf(localAddress = '127.0.0.1'): Agent {
    return new Agent({ localAddress, connect: { ca: certificates.authority } })
  }

  function startServer(port: number, workers = '1'): Promise<ChildServer> {
    const settings = {
      ...settingsFor(emulator, origin),
      ...redis.settings,
      PORT: String(port),
      PUBLIC_URL: origin,
      TRUST_PROXY: '127.0.0.1',
      LOG_LEVEL: 'debug',
      WORKERS: workers,
    }
    return new ChildServer(settings, { cwd: folder }).listening()
  }

  async function signIn(dispatcher = agent): Promise<Browser> {
    const browser = new Browser(origin, dispatcher)
    expect((await browser.goTo('/auth/login')).url.href).toBe(`${origin}/`)
    return browser
  }

  /** Sends a request that a live session gets 200 for, and tells what else became of it. */
  async function failuresOf(browser: Browser, method: 'GET' | 'POST', path: string) {
    try {
      const { status, json } = await browser.fetch(path, { method })
      expect([status, json]).toMatchObject([200, { authenticated: true }])
      return []
    } catch (error) {
      return [error]
    }
  }

  /** Waits for the log line of a request, and says which server wrote it. */
  async function serverOf(path: string): Promise<number> {
    const find = () => servers.findIndex(({ stdout }) => stdout.includes(`"path":"${path}"`))
    await vi.waitUntil(() => find() >= 0, patience)
    return find()
  }

  test('a sign-in whose parts reach two servers behind nginx gives a session at both', async () => {
    const browser = await signIn()
    expect(await serverOf('/auth/login')).not.toBe(await serverOf('/getAToken'))
    expect(await browser.cookies()).toHaveProperty('__Host-Http-sid')
    for (let count = 0; count < 4; count += 1) {
      expect(await browser.isSignedIn()).toBe(true)
    }
  })

  test('a server behind nginx logs the address of the client, and none that the client makes up', async () => {
    const other = agentOf('127.0.0.2')
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' }
    const answer = await request(`${origin}/api/session`, { dispatcher: other, headers })
    expect(answer.headers['strict-transport-security']).toContain('max-age=')
    await answer.body.dump()
    const log = () => servers.map(({ stdout }) => stdout).join('')
    await vi.waitUntil(() => log().includes('"address":"127.0.0.2"'), patience)
    expect(log()).not.toContain('203.0.113.7')
    await other.close()
  })

  test('nginx speaks HTTP/2 to browsers, and sends those that ask without TLS to https', async () => {
    const session = connectHttp2(origin, { ca: certificates.authority })
    const stream = session.request({ ':path': '/api/session', 'x-csrf': '1' })
    const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    expect(headers[':status']).toBe(200)
    expect(JSON.parse(await text(stream))).toMatchObject({ authenticated: false })
    session.close()
    const plain = `http://127.0.0.1:${String(redirectPort)}/welcome?x=1`
    const { status, headers: more } = await fetch(plain, { redirect: 'manual' })
    expect([status, more.get('location')]).toEqual([308, 'https://app.example.com/welcome?x=1'])
  })

  test('an open page behind nginx learns that its session was ended', async () => {
    const browser = await signIn()
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const url = `${origin}/api/session/events`
    const { statusCode, body } = await request(url, { dispatcher: agent, headers })
    expect(statusCode).toBe(200)
    let received = ''
    body.on('data', (chunk: Buffer) => {
      received += chunk.toString()
    })
    await vi.waitUntil(() => received.includes('retry:'), patience)
    // The announcement can come before the answer.
    const ended = once(body, 'end')
    expect((await browser.submit('/auth/logout')).status).toBe(303)
    await ended
    expect(received).toContain('event: ended')
  })

  // The second restart is from one process to workers, and the third from workers to workers.
  test('rolling restarts of the servers behind nginx show no client an error, neither to a GET nor to a POST', async () => {
    const browsers = await Promise.all(Array.from({ length: 8 }, () => signIn()))
    const failures: unknown[] = []
    let answers = 0
    let isOver = false
    const load = browsers.map(async (browser) => {
      while (!isOver) {
        failures.push(...(await failuresOf(browser, 'GET', '/api/session')))
        failures.push(...(await failuresOf(browser, 'POST', '/api/session/extend')))
        answers += 2
      }
    })
    for (const workers of ['1', '2', '2']) {
      for (const index of [0, 1] as const) {
        const before = answers
        await vi.waitUntil(() => answers > before + 100, patience)
        expect(await servers[index].end('SIGTERM')).toEqual({ code: 0, signal: null })
        servers[index] = await startServer(ports[index], workers)
        // nginx leaves a server alone for two seconds after a failure.
        await vi.waitUntil(() => servers[index].stdout.includes('/api/session'), patience)
      }
    }
    isOver = true
    await Promise.all(load)
    expect(failures).toEqual([])
    for (const browser of browsers) expect(await browser.isSignedIn()).toBe(true)
  }, 120_000)
})
