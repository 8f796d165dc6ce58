import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { ClientRegistry, sampleClient, type ClientRegistration } from './clients.ts'
import { contoso, findUserByName, sampleUsers, type SampleUser } from './directory.ts'
import { AuthorizeEndpoint } from './entra/authorize.ts'
import { Consents } from './entra/consents.ts'
import { approve } from './entra/device.ts'
import { DeviceCodes } from './entra/device-codes.ts'
import { createEngine } from './entra/engine.ts'
import { createSigningKey } from './entra/keys.ts'
import { RefreshTokens } from './entra/refresh-tokens.ts'
import { BrowserSessions } from './entra/sessions.ts'
import type { EntraState } from './entra/state.ts'
import { IdTokenSigner, type ChangeClaims, type TamperOptions } from './entra/tampering.ts'
import { createTokenEndpoint } from './entra/token.ts'
import { FaultPlan, type Fault } from './faults.ts'
import { createHandler } from './handler.ts'
import { entraLifetimes, type Lifetimes } from './lifetimes.ts'
import { RequestLog, type EndpointName, type RecordedRequest } from './requests.ts'

export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number
  /** A loopback address; any other is refused. */
  host?: string
  /** Origin under which clients reach Entra when something stands in front; issuers are built from it. */
  publicUrl?: string
  /** Origin under which clients reach Graph when something stands in front. */
  graphUrl?: string
  clients?: ClientRegistration[]
  lifetimes?: Partial<Lifetimes>
  /** The username of whoever signs in, and consents, without a page. */
  automaticUser?: string
  log?: (line: string) => void
}

/** A running emulator. */
export interface Emulator {
  /** Its own origin, such as `http://localhost:4000`. */
  url: string
  tenantId: string
  /** What an application is configured with. */
  authority: string
  /** Graph's base address, `…/v1.0`. */
  graphUrl: string
  users: readonly SampleUser[]
  readonly clients: readonly ClientRegistration[]
  /** Adds a client, or replaces the one with the same id. */
  registerClient(client: ClientRegistration): void
  /** Makes the next `times` (1) requests of an endpoint fail. */
  failNext(endpoint: EndpointName, fault: Fault, times?: number): void
  /** Spoils the next ID token: other claims, another algorithm, a strange key. */
  tamperNextIdToken(change: ChangeClaims, options?: TamperOptions): void
  setLifetimes(lifetimes: Partial<Lifetimes>): void
  signInAutomaticallyAs(username: string | undefined): void
  /** What reached an endpoint, or all of them, since the start or `clearRequests`. */
  requests(endpoint?: EndpointName): RecordedRequest[]
  clearRequests(): void
  revokeRefreshTokens(username: string): void
  /** Forgets all consent, as if an administrator had withdrawn it. */
  revokeConsents(): void
  /** Finishes a device sign-in as the user would on `/devicelogin`. */
  approveDeviceCode(userCode: string, username: string): void
  declineDeviceCode(userCode: string): void
  /** The request listener, for whoever puts TLS in front. */
  handler: (req: IncomingMessage, res: ServerResponse) => void
  /** Ends at once, with every open and hanging connection. */
  close(): Promise<void>
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host, () => {
      resolve(server.address() as AddressInfo)
    })
  })
}

function knownUser(username: string): SampleUser {
  const user = findUserByName(username)
  if (!user) throw new TypeError(`The emulator has no user ${username}`)
  return user
}

async function createState(options: EmulatorOptions, url: string): Promise<EntraState> {
  const key = await createSigningKey()
  return {
    origin: options.publicUrl ?? url,
    graphOrigin: options.graphUrl ?? url,
    key,
    idTokens: new IdTokenSigner(key),
    clients: new ClientRegistry(options.clients ?? [sampleClient]),
    lifetimes: { ...entraLifetimes, ...options.lifetimes },
    consents: new Consents(),
    sessions: new BrowserSessions(),
    refreshTokens: new RefreshTokens(),
    deviceCodes: new DeviceCodes(),
    automaticUser: options.automaticUser && knownUser(options.automaticUser).username,
  }
}

/**
 * Starts Entra and Graph on one loopback port.
 *
 * @throws TypeError for a host that is not loopback or an unknown automatic user; the system's
 *   error, such as EADDRINUSE, when it cannot listen.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const host = options.host ?? 'localhost'
  if (!loopback.test(host))
    throw new TypeError(`The emulator listens on loopback only, not ${host}`)
  const server = createServer()
  const { port } = await listen(server, options.port ?? 0, host)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`
  const log = options.log ?? (() => undefined)
  const state = await createState(options, url)
  const requests = new RequestLog()
  const faults = new FaultPlan()
  const engine = createEngine(state, log)
  const authorize = new AuthorizeEndpoint(state, engine)
  const token = createTokenEndpoint(state, engine)
  const handler = createHandler({ state, authorize, token }, { requests, faults, log })
  server.on('request', handler.listener)
  return {
    url,
    tenantId: contoso.id,
    authority: `${state.origin}/${contoso.id}`,
    graphUrl: `${state.graphOrigin}/v1.0`,
    users: sampleUsers,
    handler: handler.listener,
    ...controlsOf(state, requests, faults),
    get clients() {
      return state.clients.all()
    },
    close: async () => {
      handler.endAll()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}

function controlsOf(state: EntraState, requests: RequestLog, faults: FaultPlan) {
  const waiting = (userCode: string) => {
    const code = state.deviceCodes.findWaiting(userCode)
    if (!code) throw new TypeError(`No device sign-in waits for ${userCode}`)
    return code
  }
  return {
    registerClient: (client: ClientRegistration) => {
      state.clients.register(client)
    },
    failNext: (endpoint: EndpointName, fault: Fault, times = 1) => {
      faults.add(endpoint, fault, times)
    },
    tamperNextIdToken: (change: ChangeClaims, options: TamperOptions = {}) => {
      state.idTokens.tamperNext(change, options)
    },
    setLifetimes: (lifetimes: Partial<Lifetimes>) => {
      Object.assign(state.lifetimes, lifetimes)
    },
    signInAutomaticallyAs: (username: string | undefined) => {
      state.automaticUser = username === undefined ? undefined : knownUser(username).username
    },
    requests: (endpoint?: EndpointName) => requests.of(endpoint),
    clearRequests: () => {
      requests.clear()
    },
    revokeRefreshTokens: (username: string) => {
      state.refreshTokens.revokeAllOf(knownUser(username).id)
    },
    revokeConsents: () => {
      state.consents.clear()
    },
    approveDeviceCode: (userCode: string, username: string) => {
      approve(state, waiting(userCode), knownUser(username), randomUUID())
    },
    declineDeviceCode: (userCode: string) => {
      waiting(userCode).outcome = { kind: 'declined' }
    },
  }
}
