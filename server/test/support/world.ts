import { createServer } from 'node:net'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { Browser } from './browser.ts'

export const adele = 'AdeleV@contoso.onmicrosoft.com'
const client = {
  clientId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  clientSecret: 'test~secret~value',
}

/** A server and an emulator, each on a port of its own. */
export class World {
  readonly emulator: Emulator
  readonly origin: string
  readonly #env: Readonly<Record<string, string>>
  readonly logLines: string[] = []
  #app: FastifyInstance | undefined
  readonly #others: FastifyInstance[] = []

  private constructor(emulator: Emulator, origin: string, env: Readonly<Record<string, string>>) {
    this.emulator = emulator
    this.origin = origin
    this.#env = env
  }

  /**
   * @param settings beside those that name the emulator
   * @param options whether the app registration names an address for front-channel logout
   */
  static async open(
    settings: Record<string, string> = {},
    { frontChannelLogout = false } = {},
  ): Promise<World> {
    const port = await freePort()
    const origin = `http://localhost:${String(port)}`
    const emulator = await startEmulator({
      automaticUser: adele,
      clients: [
        {
          ...client,
          redirectUris: [`${origin}/getAToken`],
          postLogoutRedirectUris: [`${origin}/`],
          ...(frontChannelLogout && {
            frontChannelLogoutUri: `${origin}/auth/frontchannel-logout`,
          }),
        },
      ],
    })
    const world = new World(emulator, origin, {
      PORT: String(port),
      CLIENT_ID: client.clientId,
      CLIENT_SECRET: client.clientSecret,
      AUTHORITY: emulator.authority,
      ENDPOINT: `${emulator.graphUrl}/me`,
      SESSION_STORE: 'memory:',
      RATE_LIMIT: '0',
      ...settings,
    })
    await world.startServer()
    return world
  }

  /** @param settings beside or instead of the ones the world was opened with */
  async startServer(settings: Record<string, string> = {}): Promise<void> {
    const logStream = { write: (line: string) => void this.logLines.push(line) }
    const config = loadConfig({ ...this.#env, ...settings })
    this.#app = await buildApp(config, { logStream })
    await this.#app.listen({ host: config.host, port: config.port })
  }

  /**
   * One more server for the same browsers, as behind a load balancer; it shares a store of files.
   * @returns where it listens
   */
  async startAnotherServer(): Promise<string> {
    const port = await freePort()
    const app = await buildApp(
      loadConfig({
        ...this.#env,
        PORT: String(port),
        PUBLIC_URL: this.origin,
        LOG_LEVEL: 'silent',
      }),
    )
    this.#others.push(app)
    return app.listen({ host: '127.0.0.1', port })
  }

  async stopServer(): Promise<void> {
    for (const app of this.#others.splice(0)) await app.close()
    await this.#app?.close()
  }

  async close(): Promise<void> {
    await this.stopServer()
    await this.emulator.close()
  }

  /** What the server is configured with, for whoever starts it in a process of its own. */
  get settings(): Readonly<Record<string, string>> {
    return this.#env
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
}

/** A port nobody has: the public URL has to be known before the server listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
