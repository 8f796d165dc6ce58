import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ChildServer } from '../support/child-server.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { adele, freePort, registrationAt, settingsFor, toCallback } from '../support/world.ts'

let emulator: Emulator
let folder: string
let origin: string
let servers: ChildServer[]
/** Where each process listens; browsers know the first address alone. */
let addresses: string[]
const agent = new Agent({ connections: 50 })
afterAll(() => agent.close())

async function signIn(): Promise<{ browser: Browser; cookie: string }> {
  const browser = new Browser(origin)
  expect((await browser.goTo('/auth/login')).url.pathname).toBe('/')
  return { browser, cookie: await browser.cookieHeader() }
}

async function ask(address: string | undefined, path: string, cookie: string) {
  const headers = { cookie, 'x-csrf': '1' }
  const answer = await request(`${address ?? ''}${path}`, { headers, dispatcher: agent })
  return { status: answer.statusCode, json: await answer.body.json() }
}

describe.each(hasRedis ? ['files', 'Redis'] : ['files'])('two processes that share %s', (kind) => {
  let redis: RedisServer | undefined
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-two-'))
    redis = kind === 'Redis' ? await RedisServer.start() : undefined
    const ports = [await freePort(), await freePort()].map(String)
    addresses = ports.map((port) => `http://localhost:${port}`)
    origin = addresses[0] ?? ''
    const clients = [registrationAt(origin)]
    emulator = await startEmulator({ automaticUser: adele, clients })
    const settings = {
      ...settingsFor(emulator, origin),
      PUBLIC_URL: origin,
      SESSION_STORE: `file:${join(folder, 'data')}`,
      ...redis?.settings,
    }
    // Both start at once, so that each finds no record, and with files no folder and no secret.
    servers = ports.map((PORT) => new ChildServer({ ...settings, PORT }, { cwd: folder }))
    await Promise.all(servers.map((server) => server.listening()))
  })
  beforeEach(() => {
    emulator.setLifetimes({ accessToken: 3_600 })
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.end()))
    await emulator.close()
    await redis?.close()
    rmSync(folder, { recursive: true })
  })

  if (kind === 'files') {
    test('two processes that start at once make one session secret, and print no error', () => {
      const file = join(folder, 'data', 'session-secret')
      expect(readFileSync(file, 'utf8')).toMatch(/^[\da-f]{64}$/)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(servers.map((server) => server.stderr)).toEqual(['', ''])
    })
  }

  test('a sign-in at one process is valid at the other process, which can call with it', async () => {
    const { cookie } = await signIn()
    expect(await ask(addresses[1], '/api/session', cookie)).toMatchObject({
      json: { authenticated: true, user: { username: adele } },
    })
    expect(await ask(addresses[1], '/api/me', cookie)).toMatchObject({
      status: 200,
      json: { userPrincipalName: adele },
    })
  })

  test('a sign-out at one process ends the session at the other at once (#25)', async () => {
    const { browser, cookie } = await signIn()
    for (const address of addresses) {
      expect(await ask(address, '/api/me', cookie)).toMatchObject({ status: 200 })
    }
    expect((await browser.submit('/auth/logout')).status).toBe(303)
    for (const address of [...addresses].reverse()) {
      expect(await ask(address, '/api/me', cookie)).toMatchObject({
        status: 401,
        json: { code: 'session_revoked' },
      })
    }
  })

  test('a callback sent to both processes at once is used up once (#1)', async () => {
    const browser = new Browser(origin)
    const { url } = await browser.goTo('/auth/login', toCallback)
    const cookie = await browser.cookieHeader()
    emulator.clearRequests()
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const address = `${addresses[index % 2] ?? ''}${url.pathname}${url.search}`
        const answer = await request(address, { headers: { cookie }, dispatcher: agent })
        await answer.body.dump()
        return answer.headers['location']
      }),
    )
    expect(answers.filter((location) => location === '/')).toHaveLength(1)
    expect(emulator.requests('token')).toHaveLength(1)
  })

  test('a hundred requests at token expiry are all answered, with one refresh of both processes (#23)', async () => {
    // The first access token must be refreshed at once; the second lasts.
    emulator.setLifetimes({ accessToken: 60 })
    const { cookie } = await signIn()
    emulator.setLifetimes({ accessToken: 3_600 })
    emulator.clearRequests()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask(addresses[index % 2], '/api/me', cookie)),
    )
    // Each process serves eight calls of a session at once, and asks the others to come again.
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([])
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(16)
    expect(emulator.requests('token')).toHaveLength(1)
    for (const address of addresses) {
      expect(await ask(address, '/api/me', cookie)).toMatchObject({ status: 200 })
    }
    expect(emulator.requests('token')).toHaveLength(1)
  })
})
