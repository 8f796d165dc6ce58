import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, request } from 'undici'
import { Browser } from '../test/support/browser.ts'
import { type ChildOptions, ChildServer } from '../test/support/child-server.ts'
import { RedisServer } from '../test/support/redis-server.ts'
import { freePort, registrationAt, settingsFor } from '../test/support/world.ts'
import { Load } from './load.ts'
import { isSignedIn, type Person } from './person.ts'
import type { Tally } from './tally.ts'

/** A fault must be over for the clients so long after its cause is. */
const recoveryMs = 20_000
const lookEveryMs = 100
const lastLineCount = 8
const peopleCount = 8

export interface SiteOptions {
  store: 'file' | 'redis'
  /** A Redis that keeps its records over a restart, or is replicated, is started by the scenario. */
  redis?: RedisServer
  /** Processes on the one store. */
  servers?: number
  people?: number
  /** How long access tokens live. They are refreshed five minutes before their end, and once a minute at most. */
  accessTokenSeconds?: number
  /** Each person is somebody whom Graph does not know: a user may have a hundred sessions only. */
  strangers?: true
  settings?: Readonly<Record<string, string>>
  child?: Partial<ChildOptions>
}

/** An emulator, one store, the built server in processes of its own, and people who are signed in. */
export class Site {
  readonly emulator: Emulator
  readonly addresses: readonly string[]
  readonly folder: string
  readonly agent = new Agent({ connections: 32 })
  readonly people: Person[] = []
  readonly #options: SiteOptions
  readonly #redis: RedisServer | undefined
  readonly #servers: (ChildServer | undefined)[] = []
  #turn = 0

  private constructor(
    emulator: Emulator,
    addresses: readonly string[],
    folder: string,
    redis: RedisServer | undefined,
    options: SiteOptions,
  ) {
    this.emulator = emulator
    this.addresses = addresses
    this.folder = folder
    this.#redis = redis
    this.#options = options
  }

  static async open(options: SiteOptions): Promise<Site> {
    const addresses: string[] = []
    while (addresses.length < (options.servers ?? 1)) {
      addresses.push(`http://localhost:${String(await freePort())}`)
    }
    const emulator = await startEmulator({
      clients: [registrationAt(addresses[0] ?? '')],
      lifetimes: { accessToken: options.accessTokenSeconds ?? 3_600 },
    })
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-faults-'))
    const needsRedis = options.store === 'redis' && !options.redis
    const redis = needsRedis ? await RedisServer.start() : undefined
    const site = new Site(emulator, addresses, folder, redis, options)
    try {
      await Promise.all(addresses.map((_address, index) => site.startServer(index)))
      for (let count = 0; count < (options.people ?? peopleCount); count += 1) await site.signIn()
    } catch (error) {
      await site.close()
      throw error
    }
    return site
  }

  get #settings(): Record<string, string> {
    const origin = this.addresses[0] ?? ''
    const store = (this.#options.redis ?? this.#redis)?.settings
    return {
      ...settingsFor(this.emulator, origin),
      PUBLIC_URL: origin,
      SESSION_STORE: `file:${join(this.folder, 'data')}`,
      LOG_LEVEL: 'info',
      ...store,
      ...this.#options.settings,
    }
  }

  async startServer(index = 0): Promise<void> {
    const PORT = new URL(this.addresses[index] ?? '').port
    const options = { cwd: this.folder, ...this.#options.child }
    const server = new ChildServer({ ...this.#settings, PORT }, options)
    this.#servers[index] = server
    await server.listening()
  }

  server(index = 0): ChildServer {
    const server = this.#servers[index]
    if (!server) throw new Error(`server ${String(index)} does not run`)
    return server
  }

  async endServer(signal: NodeJS.Signals, index = 0): Promise<void> {
    const server = this.server(index)
    this.#servers[index] = undefined
    await server.end(signal)
  }

  /** Signs in one more person. A load that begins later asks for this person, too. */
  async signIn(): Promise<Person> {
    const person = await this.signInAside()
    this.people.push(person)
    return person
  }

  /** Signs in somebody for whom the load does not ask, each as the next of the emulator's users. */
  async signInAside(): Promise<Person> {
    const username = this.#options.strangers ? this.#stranger() : this.#nextUser()
    const browser = new Browser(this.addresses[0] ?? '', this.agent)
    const page = await browser.goTo('/auth/login')
    if (page.url.pathname !== '/') {
      throw new Error(`${username}: ${JSON.stringify(await browser.reportOf(page))}`)
    }
    return { username, cookie: await browser.cookieHeader() }
  }

  #nextUser(): string {
    const { emulator, people } = this
    const users = emulator.users.filter(({ tenantId }) => tenantId === emulator.tenantId)
    const username = users[people.length % users.length]?.username ?? ''
    emulator.signInAutomaticallyAs(username)
    return username
  }

  #stranger(): string {
    const oid = randomUUID()
    const username = `${oid}@contoso.onmicrosoft.com`
    this.#nextUser()
    this.emulator.tamperNextIdToken((claims) => ({ ...claims, oid, preferred_username: username }))
    return username
  }

  /** Addresses of the processes that run, in turn. */
  readonly nextAddress = (): string => {
    const running = this.addresses.filter((_address, index) => this.#servers[index])
    this.#turn += 1
    return running[this.#turn % running.length] ?? this.addresses[0] ?? ''
  }

  /** Runs a load while `fault` happens. */
  async underLoad(fault: () => Promise<void>): Promise<Tally> {
    const { people, agent, nextAddress } = this
    const calls = this.#options.strangers !== true
    const load = new Load({ people, agent, calls, address: nextAddress })
    try {
      await fault()
    } finally {
      await load.stop()
    }
    return load.tally
  }

  /** Waits until every running process is ready and nobody waits to be asked again. */
  async recovered(): Promise<void> {
    const running = this.addresses.filter((_address, index) => this.#servers[index])
    await this.until('a server is not ready again', async () => {
      const states = await Promise.all(running.map((address) => this.#isReady(address)))
      return states.every(Boolean)
    })
  }

  /** What the processes said last. */
  #lastLines(): string {
    const texts = this.#servers.flatMap((server) => (server ? [server.stdout, server.stderr] : []))
    return texts.map((text) => text.split('\n').slice(-lastLineCount).join('\n')).join('\n')
  }

  /** @throws {Error} with the complaint, and what the servers said, when it does not become so in time */
  async until(complaint: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const latest = performance.now() + recoveryMs
    while (!(await isSo())) {
      if (performance.now() > latest) throw new Error(`${complaint}\n${this.#lastLines()}`)
      await after(lookEveryMs)
    }
  }

  /** @returns how many people are signed in no more, or as somebody else */
  async lostCount(): Promise<number> {
    const states = await Promise.all(
      this.people.map((person) => isSignedIn(this.nextAddress(), person, this.agent)),
    )
    return states.filter((state) => state !== true).length
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.flatMap((server) => server?.end('SIGKILL') ?? []))
    await this.emulator.close()
    await this.#redis?.close()
    await this.agent.destroy()
    rmSync(this.folder, { recursive: true })
  }

  async #isReady(address: string): Promise<boolean> {
    try {
      const answer = await request(`${address}/readyz`, { dispatcher: this.agent })
      await answer.body.dump()
      return answer.statusCode === 200
    } catch {
      return false
    }
  }
}
