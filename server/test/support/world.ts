import {
  type ClientRegistration,
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '@entra-bff/emulator'
import type { FastifyInstance } from 'fastify'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { Browser } from './browser.ts'
import { freePort } from './free-port.ts'
import { Surroundings } from './surroundings.ts'
import { watchAnswers } from './watch-answers.ts'

export { freePort }

export const adele = 'AdeleV@contoso.onmicrosoft.com'
export const client = {
  clientId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  clientSecret: 'test~secret~value',
}

/** Stops a browser before it brings Entra's answer to the server. */
export const toCallback = (url: URL): boolean => url.pathname === '/getAToken'

/** The app as it is registered when browsers see it there. */
export function registrationAt(...origins: string[]): ClientRegistration {
  return {
    ...client,
    redirectUris: origins.map((origin) => `${origin}/getAToken`),
    optionalIdTokenClaims: ['sid', 'login_hint', 'acrs', 'auth_time'],
  }
}

/** The settings of a server that signs people in at the emulator. */
export function settingsFor(emulator: Emulator, origin: string): Record<string, string> {
  return {
    PORT: new URL(origin).port,
    CLIENT_ID: client.clientId,
    CLIENT_SECRET: client.clientSecret,
    AUTHORITY: emulator.authority,
    ENDPOINT: `${emulator.graphUrl}/me`,
    // All tests come from one address.
    RATE_LIMIT: '0',
  }
}

export interface WorldOptions {
  /** Whether the app registration names an address for front-channel logout. */
  frontChannelLogout?: boolean
  /** Further fields of the app registration, such as app roles and who has them. */
  registration?: Partial<ClientRegistration>
  /** Keeps sessions in files instead of memory: see `World.folder`. */
  keepsFiles?: boolean
  emulator?: EmulatorOptions
  server?: AppOptions
}

/** A server and an emulator, each on a port of its own. */
export class World {
  readonly emulator: Emulator
  readonly origin: string
  /** The settings of the server. */
  readonly settings: Readonly<Record<string, string>>
  readonly logLines: string[] = []
  readonly #options: AppOptions
  readonly #apps: FastifyInstance[] = []
  readonly #surroundings: Surroundings

  private constructor(
    emulator: Emulator,
    origin: string,
    settings: Readonly<Record<string, string>>,
    surroundings: Surroundings,
    options: AppOptions,
  ) {
    this.emulator = emulator
    this.origin = origin
    this.settings = settings
    this.#surroundings = surroundings
    this.#options = options
  }

  /** @param settings added to the settings that name the emulator */
  static async open(
    settings: Record<string, string> = {},
    options: WorldOptions = {},
  ): Promise<World> {
    const origin = `http://localhost:${String(await freePort())}`
    const registration = { ...registrationAt(origin), ...options.registration }
    if (options.frontChannelLogout) {
      registration.frontChannelLogoutUri = `${origin}/auth/frontchannel-logout`
    }
    const emulator = await startEmulator({
      automaticUser: adele,
      clients: [registration],
      // Entra's own lifetimes are random, and longer than the clocks of tests are moved.
      lifetimes: { accessToken: 3_600 },
      ...options.emulator,
    })
    const chosen = 'SESSION_STORE' in settings || options.server?.store ? 'own' : undefined
    const surroundings = await Surroundings.open(
      Number(new URL(origin).port),
      options.keepsFiles ? 'file' : chosen,
    )
    const all = {
      ...settingsFor(emulator, origin),
      ...surroundings.settings,
      // Required for an address that other machines can reach.
      ...('PUBLIC_URL' in settings && { SESSION_SECRET: 's'.repeat(32) }),
      ...settings,
    }
    const world = new World(emulator, origin, all, surroundings, options.server ?? {})
    await world.startServer()
    return world
  }

  /** @param settings that replace those with which the world was opened */
  async startServer(settings: Record<string, string> = {}): Promise<void> {
    const logStream = { write: (line: string) => void this.logLines.push(line) }
    for (const port of this.#surroundings.ports) {
      await this.#start(port, settings, { ...this.#options, logStream })
    }
  }

  /**
   * One more server for the same browsers, as behind a load balancer; it shares a store of files.
   * @returns where it listens
   */
  async startAnotherServer(): Promise<string> {
    return this.#start(await freePort(), { LOG_LEVEL: 'silent' })
  }

  async #start(
    port: number,
    settings: Record<string, string>,
    options?: AppOptions,
  ): Promise<string> {
    const own = { ...this.settings, PORT: String(port), ...settings }
    const config = loadConfig({ PUBLIC_URL: this.origin, ...own })
    const app = await buildApp(config, options)
    this.#apps.push(app)
    await watchAnswers(app)
    return app.listen({ host: config.host, port })
  }

  async stopServer(): Promise<void> {
    for (const app of this.#apps.splice(0).reverse()) await app.close()
  }

  /** Stops a browser before it goes to Entra. */
  readonly toEntra = (url: URL): boolean => url.origin === this.emulator.url

  /** Where a world that keeps files has its sessions. */
  get folder(): string {
    return this.#surroundings.folder
  }

  /** Name of the session cookie. */
  get sessionCookie(): string {
    return `sid-${new URL(this.origin).port}`
  }

  async close(): Promise<void> {
    await this.stopServer()
    await this.emulator.close()
    await this.#surroundings.close()
  }

  /** The log without the audit log; at level `error`, the server's own mistakes. */
  get complaints(): string[] {
    return this.logLines.filter((line) => !line.includes('"audit":'))
  }

  openBrowser(): Browser {
    return new Browser(this.origin)
  }

  async signIn(browser = this.openBrowser()): Promise<Browser> {
    const page = await browser.goTo('/auth/login')
    if (page.url.pathname !== '/')
      throw new Error(`ended at ${page.url.href}\n${this.logLines.join('')}`)
    return browser
  }

  /** Signs this person in, and all who sign in after. */
  signInAs(username: string, browser?: Browser): Promise<Browser> {
    this.emulator.signInAutomaticallyAs(username)
    return this.signIn(browser)
  }
}
