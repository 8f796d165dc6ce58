import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, buildConnector } from 'undici'
import { Browser } from './browser.ts'
import { builtServer } from './built-server.ts'
import type { Certificates } from './certificates.ts'
import { adele, client, freePort, registrationAt } from './world.ts'

/** The names under which Entra and Graph are reached. */
export interface MicrosoftHosts {
  authority: string
  /** Host of `authority`. */
  login: string
  /** Host in the issuer and the endpoints of the discovery document. */
  issuer: string
  graph: string
}

export interface MicrosoftOptions {
  settings?: Record<string, string>
  /** Whether the server reaches the hosts by itself; else it needs a proxy. */
  isOnline?: boolean
}

const preload = new URL('loopback-hosts.mjs', import.meta.url).href

/** The built server and an emulator that answers by TLS under Microsoft's host names. */
export class MicrosoftWorld {
  readonly emulator: Emulator
  readonly origin: string
  readonly #front: Server
  readonly #server: ChildProcess
  readonly #certificates: Certificates
  readonly #ports: Record<string, number>

  private constructor(
    emulator: Emulator,
    origin: string,
    front: Server,
    server: ChildProcess,
    certificates: Certificates,
    ports: Record<string, number>,
  ) {
    this.emulator = emulator
    this.origin = origin
    this.#front = front
    this.#server = server
    this.#certificates = certificates
    this.#ports = ports
  }

  static async open(
    hosts: MicrosoftHosts,
    certificates: Certificates,
    folder: string,
    { settings = {}, isOnline = true }: MicrosoftOptions = {},
  ): Promise<MicrosoftWorld> {
    const origin = `http://localhost:${String(await freePort())}`
    const emulator = await startEmulator({
      publicUrl: `https://${hosts.issuer}`,
      graphUrl: `https://${hosts.graph}`,
      automaticUser: adele,
      clients: [registrationAt(origin)],
    })
    const { key, certificate: cert } = certificates
    const front = createServer({ key, cert }, emulator.handler).listen(0, '127.0.0.1')
    await once(front, 'listening')
    const { port } = front.address() as AddressInfo
    const names = [hosts.login, hosts.issuer, hosts.graph]
    const ports = Object.fromEntries(names.map((name) => [name, port]))
    const server = spawn(process.execPath, ['--import', preload, builtServer], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        NODE_EXTRA_CA_CERTS: certificates.authorityFile,
        TEST_HOST_PORTS: JSON.stringify(isOnline ? ports : {}),
        PORT: new URL(origin).port,
        SESSION_STORE: 'memory:',
        SESSION_SECRET: 's'.repeat(32),
        CLIENT_ID: client.clientId,
        CLIENT_SECRET: client.clientSecret,
        AUTHORITY: hosts.authority,
        ...settings,
      },
    })
    await lineWith(server, 'redirect URI to register')
    return new MicrosoftWorld(emulator, origin, front, server, certificates, ports)
  }

  /** Where the hosts answer, whatever their name. */
  get port(): number {
    return (this.#front.address() as AddressInfo).port
  }

  /** A browser for which the names lead to this machine as well. */
  openBrowser(): Browser {
    const connect = buildConnector({ ca: this.#certificates.authority })
    const agent = new Agent({
      connect: (options, callback) => {
        const { hostname } = options
        const port = this.#ports[hostname]
        const here = { ...options, hostname: '127.0.0.1', port: String(port), servername: hostname }
        connect(port === undefined ? options : here, callback)
      },
    })
    return new Browser(this.origin, agent)
  }

  async close(): Promise<void> {
    this.#server.kill('SIGTERM')
    await once(this.#server, 'exit')
    this.#front.closeAllConnections()
    this.#front.close()
    await this.emulator.close()
  }
}

async function lineWith(server: ChildProcess, text: string): Promise<void> {
  if (!server.stdout) throw new Error('no output')
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes(text)) return
  }
  throw new Error('the server ended before it listened')
}
