import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ChildServer } from '../support/child-server.ts'
import { KeptConnections } from '../support/kept-connections.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { adele, freePort, registrationAt, settingsFor } from '../support/world.ts'

const patience = { timeout: 20_000 }
const oldSecret = 'o'.repeat(32)
const newSecret = 'n'.repeat(32)

let emulator: Emulator
let folder: string
let origin: string
/** Two ports that are free, one after the other. */
let metricsPort: number
let settings: Record<string, string>
let server: ChildServer | undefined
beforeAll(async () => {
  origin = `http://localhost:${String(await freePort())}`
  emulator = await startEmulator({ automaticUser: adele, clients: [registrationAt(origin)] })
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-workers-'))
  metricsPort = await freePort()
  settings = {
    ...settingsFor(emulator, origin),
    WORKERS: '2',
    LOG_LEVEL: 'debug',
    METRICS_PORT: String(metricsPort),
    SESSION_STORE: `file:${join(folder, 'data')}`,
  }
})
afterEach(async () => {
  await server?.end('SIGKILL')
  server = undefined
  rmSync(folder, { recursive: true })
})
afterAll(() => emulator.close())

async function start(more: Record<string, string> = {}): Promise<ChildServer> {
  server = new ChildServer({ ...settings, ...more }, { cwd: folder })
  await server.listening()
  return server
}

interface LogLine {
  pid: number
  msg: string
  req?: object
}

function logOf({ stdout }: ChildServer): LogLine[] {
  const lines = stdout.split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as LogLine)
}

/** The processes that have answered a request. */
function answeringPids(of: ChildServer): number[] {
  return [...new Set(logOf(of).flatMap(({ pid, req }) => (req ? [pid] : [])))]
}

async function signIn(): Promise<string> {
  const browser = new Browser(origin)
  expect((await browser.goTo('/auth/login')).url.pathname).toBe('/')
  return browser.cookieHeader()
}

/** Asks on a connection of its own: a worker keeps those that it got. */
async function ask(cookie: string, path = '/api/session') {
  const headers = { cookie, 'x-csrf': '1' }
  const { statusCode, body } = await request(`${origin}${path}`, { headers, reset: true })
  return { status: statusCode, json: await body.json() }
}

/** Asks until so many processes have answered. The session lives, whoever answers. */
async function askUntilAnsweredBy(
  count: number,
  of: ChildServer,
  cookie: string,
): Promise<number[]> {
  await vi.waitUntil(async () => {
    const answer = await ask(cookie)
    expect(answer).toMatchObject({ status: 200, json: { authenticated: true } })
    return answeringPids(of).length >= count
  }, patience)
  return answeringPids(of)
}

describe.each(hasRedis ? ['files', 'Redis'] : ['files'])('two workers that share %s', (kind) => {
  let redis: RedisServer | undefined
  beforeAll(async () => {
    redis = kind === 'Redis' ? await RedisServer.start() : undefined
  })
  beforeEach(() => Object.assign(settings, redis?.settings))
  afterAll(() => redis?.close())

  test('two workers answer on one port, each with metrics of its own, and the first process answers nothing', async () => {
    const running = await start()
    const pids = await askUntilAnsweredBy(2, running, await signIn())
    expect(pids).toHaveLength(2)
    expect(pids).not.toContain(running.pid)
    for (const port of [metricsPort, metricsPort + 1]) {
      const metrics = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text()
      expect(metrics).toMatch(/^entra_bff_http_request_duration_seconds_count\{.*\} [1-9]/m)
    }
    expect(await running.end()).toEqual({ code: 0, signal: null })
    expect(running.stderr).toBe('')
  })

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'a worker that gets %s is replaced, the other answers meanwhile, and no session is lost',
    async (signal) => {
      const running = await start()
      const cookie = await signIn()
      const [victim] = await askUntilAnsweredBy(2, running, cookie)
      if (victim !== undefined) process.kill(victim, signal)
      await vi.waitUntil(() => running.stdout.includes('a worker has ended'), patience)
      expect(await askUntilAnsweredBy(3, running, cookie)).toHaveLength(3)
      // The new worker has the port of the old one.
      for (const port of [metricsPort, metricsPort + 1]) {
        expect((await fetch(`http://127.0.0.1:${String(port)}/metrics`)).status).toBe(200)
      }
      expect(await running.end()).toEqual({ code: 0, signal: null })
    },
    30_000,
  )
})

test('SIGTERM to workers resets no connection that a proxy keeps open, and lets requests in flight finish', async () => {
  const running = await start()
  const cookie = await signIn()
  await askUntilAnsweredBy(2, running, cookie)
  const proxy = new KeptConnections(origin, 20)
  const load = Array.from({ length: 20 }, () =>
    proxy.untilNobodyListens(() => proxy.ask('POST', '/auth/logout')),
  )
  // A session may have eight calls under way in each worker.
  const inFlight = 8
  emulator.clearRequests()
  emulator.failNext('me', { delayMs: 2_000 }, inFlight)
  const slow = Array.from({ length: inFlight }, () => ask(cookie, '/api/me'))
  await vi.waitUntil(() => emulator.requests('me').length === inFlight, patience)
  const ended = running.end('SIGTERM')
  await Promise.all(load)
  const answers = await Promise.all(slow)
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(proxy.failures).toEqual([])
  expect(proxy.farewells).toBeGreaterThanOrEqual(19)
  proxy.close()
})

test('a second signal ends the workers at once, in the middle of their requests', async () => {
  const running = await start()
  const cookie = await signIn()
  emulator.clearRequests()
  emulator.failNext('me', { delayMs: 15_000 })
  const slow = ask(cookie, '/api/me').catch(() => undefined)
  await vi.waitUntil(() => emulator.requests('me').length === 1, patience)
  const ended = running.end('SIGINT')
  await vi.waitUntil(
    () =>
      ask('').then(
        () => false,
        () => true,
      ),
    patience,
  )
  running.signal('SIGINT')
  expect(await ended).toEqual({ code: 1, signal: null })
  expect(await slow).toBeUndefined()
})

test('a signal that reaches the workers too, as Ctrl-C does, lets their requests finish', async () => {
  const running = await start()
  const cookie = await signIn()
  const pids = await askUntilAnsweredBy(2, running, cookie)
  emulator.clearRequests()
  emulator.failNext('me', { delayMs: 1_000 })
  const slow = ask(cookie, '/api/me')
  await vi.waitUntil(() => emulator.requests('me').length === 1, patience)
  for (const pid of pids) process.kill(pid, 'SIGINT')
  expect(await running.end('SIGINT')).toEqual({ code: 0, signal: null })
  expect((await slow).status).toBe(200)
})

test('workers end when the first process is killed', async () => {
  const running = await start()
  await running.end('SIGKILL')
  await vi.waitUntil(
    () =>
      ask('').then(
        () => false,
        () => true,
      ),
    patience,
  )
})

test('new secrets in SESSION_SECRET_FILE take effect in each worker, and nobody is signed out', async () => {
  const file = join(folder, 'secret')
  writeFileSync(file, oldSecret)
  const running = await start({ SESSION_SECRET_FILE: file })
  const cookie = await signIn()
  const pids = await askUntilAnsweredBy(2, running, cookie)
  writeFileSync(file, `${newSecret},${oldSecret}`)
  const rotated = () =>
    logOf(running).filter(({ msg }) => msg === 'the session secrets were rotated')
  await vi.waitUntil(() => rotated().length === 2, patience)
  expect(new Set(rotated().map(({ pid }) => pid))).toEqual(new Set(pids))
  for (let count = 0; count < 4; count += 1) {
    expect(await ask(cookie)).toMatchObject({ json: { authenticated: true } })
  }
})

test.each([
  [{ SESSION_STORE: 'memory:' }, 'processes cannot share SESSION_STORE=memory:'],
  [{ SESSION_STORE: 'file:/dev/null' }, 'SESSION_STORE file:/dev/null cannot be used'],
  [{ HOST: '192.0.2.1' }, 'EADDRNOTAVAIL'],
])('a start of workers that cannot succeed ends, and says why once: %j', async (wrong, reason) => {
  server = new ChildServer({ ...settings, ...wrong }, { cwd: folder })
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.stderr.split(reason)).toHaveLength(2)
})
