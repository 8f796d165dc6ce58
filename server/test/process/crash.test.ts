import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ChildServer } from '../support/child-server.ts'
import { adele, freePort, registrationAt, settingsFor } from '../support/world.ts'

/** A full run sets 50, which takes a minute. Two stores at a time, since a start takes one processor. */
const crashes = Number(process.env['CRASHES'] ?? 10)
const stores = 2
const browsersAtOnce = 4

let emulator: Emulator
let folder: string
const running = new Set<ChildServer>()
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-crash-'))
  // A lifetime so short that each call refreshes tokens, and writes.
  emulator = await startEmulator({ automaticUser: adele, lifetimes: { accessToken: 60 } })
})
afterAll(async () => {
  await Promise.all([...running].map((server) => server.end('SIGKILL')))
  await emulator.close()
  rmSync(folder, { recursive: true })
})

/** A client of one store, and what the client was told about its sessions. */
class Lane {
  /** Cookies of the sessions. A sign-in or sign-out without an answer is in neither set. */
  readonly living = new Set<string>()
  readonly ended = new Set<string>()
  /** Cookies that were not looked at since the last crash. */
  #recent: string[] = []
  readonly #agent = new Agent({ connections: browsersAtOnce })
  readonly #origin: string
  readonly #settings: Record<string, string>
  #left = 0

  constructor(name: string, origin: string) {
    this.#origin = origin
    const store = { SESSION_STORE: `file:${join(folder, name)}`, LOG_LEVEL: 'info' }
    this.#settings = { ...settingsFor(emulator, origin), ...store }
  }

  /** Starts, looks at what the last crash left, and is killed amid so many acknowledgements. */
  async crash(acknowledgements: number): Promise<void> {
    const server = await this.#start()
    await this.#check(this.#recent)
    this.#recent = []
    this.#left = acknowledgements
    await Promise.all(Array.from({ length: browsersAtOnce }, () => this.#use(server)))
    expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' })
    running.delete(server)
  }

  /** Checks after the last crash all that was ever acknowledged. */
  async finish(): Promise<void> {
    const server = await this.#start()
    await this.#check([...this.living, ...this.ended])
    expect(await server.end()).toEqual({ code: 0, signal: null })
    running.delete(server)
    await this.#agent.close()
  }

  async #start(): Promise<ChildServer> {
    const server = new ChildServer(this.#settings, { cwd: folder })
    running.add(server)
    await server.listening()
    expect(server.stderr).toBe('')
    return server
  }

  /** Signs in, calls, and signs somebody out, again and again until the server is gone. */
  async #use(server: ChildServer): Promise<void> {
    for (let turn = 0; this.#left > 0; turn += 1) {
      const browser = new Browser(this.#origin, this.#agent)
      // One person has a hundred sessions at most; a refresh, too, brings an ID token.
      const somebody = randomUUID()
      const asSomebody = (claims: object) => ({ ...claims, oid: somebody })
      emulator.tamperNextIdToken(asSomebody)
      emulator.tamperNextIdToken(asSomebody)
      await this.#untilCrash(() => browser.goTo('/auth/login'))
      const cookie = await cookieOf(browser)
      if (cookie !== undefined) this.#acknowledge(server, this.living, cookie)
      await this.#untilCrash(() => browser.fetch('/api/me'))
      if (turn % 2 === 1) await this.#signSomebodyOut(server)
    }
  }

  async #signSomebodyOut(server: ChildServer): Promise<void> {
    const [cookie] = this.living
    if (cookie === undefined) return
    this.living.delete(cookie)
    const headers = { cookie, 'x-csrf': '1', accept: 'application/json' }
    const answer = await this.#untilCrash(() => this.#request('/auth/logout', 'POST', headers))
    if (answer === undefined) return
    expect(answer.status).toBe(200)
    this.#acknowledge(server, this.ended, cookie)
  }

  #acknowledge(server: ChildServer, fate: Set<string>, cookie: string): void {
    fate.add(cookie)
    this.#recent.push(cookie)
    this.#left -= 1
    if (this.#left === 0) void server.end('SIGKILL')
  }

  async #untilCrash<T>(work: () => Promise<T>): Promise<T | undefined> {
    return work().catch((error: unknown) => {
      if (this.#left > 0) throw error
      return undefined
    })
  }

  async #check(cookies: readonly string[]): Promise<void> {
    for (const cookie of cookies) {
      const answer = await this.#request('/api/session', 'GET', { cookie, 'x-csrf': '1' })
      const expected = this.living.has(cookie)
        ? { authenticated: true }
        : { authenticated: false, reason: 'revoked' }
      if (this.living.has(cookie) || this.ended.has(cookie)) {
        expect(answer).toMatchObject({ status: 200, json: expected })
      }
    }
    const last = cookies.findLast((cookie) => this.living.has(cookie))
    if (last === undefined) return
    const answer = await this.#request('/api/me', 'GET', { cookie: last, 'x-csrf': '1' })
    expect(answer).toMatchObject({ status: 200, json: { userPrincipalName: adele } })
  }

  async #request(path: string, method: 'GET' | 'POST', headers: Record<string, string>) {
    const url = `${this.#origin}${path}`
    const answer = await request(url, { method, headers, dispatcher: this.#agent })
    return { status: answer.statusCode, json: await answer.body.json() }
  }
}

async function cookieOf(browser: Browser): Promise<string | undefined> {
  const session = Object.entries(await browser.cookies()).find(([name]) => name.startsWith('sid-'))
  return session?.join('=')
}

test(
  'a server killed under load loses no session, and brings no ended session back (#30)',
  async () => {
    const ports = await Promise.all(Array.from({ length: stores }, freePort))
    const origins = ports.map((port) => `http://localhost:${String(port)}`)
    emulator.registerClient(registrationAt(...origins))
    const lanes = origins.map((origin, index) => new Lane(`store-${String(index)}`, origin))
    await Promise.all(
      lanes.map(async (lane) => {
        for (let count = 0; count < crashes / stores; count += 1) await lane.crash(9 + (count % 5))
        await lane.finish()
      }),
    )
    for (const lane of lanes) {
      expect(lane.living.size).toBeGreaterThanOrEqual(crashes / stores)
      expect(lane.ended.size).toBeGreaterThanOrEqual(crashes / stores)
    }
  },
  // A refresh that was cut off holds its lease for five seconds.
  30_000 + crashes * 5_000,
)
