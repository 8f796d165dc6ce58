import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BrowserSessions } from './browser-sessions.ts'
import { Policies } from './conditional-access/policies.ts'
import { Revocations } from './conditional-access/revocations.ts'
import { Consents } from './consent/consents.ts'
import { controlsOf } from './control/controls.ts'
import { FaultPlan } from './control/faults.ts'
import { RequestLog } from './control/request-log.ts'
import { ClientRegistry, sampleClient } from './directory/clients.ts'
import { contoso } from './directory/tenants.ts'
import { knownUser, sampleUsers } from './directory/users.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { createHandler } from './handler.ts'
import { AuthorizationCodes } from './issued/authorization-codes.ts'
import { DeviceCodes } from './issued/device-codes.ts'
import { RefreshTokens } from './issued/refresh-tokens.ts'
import { entraLifetimes } from './lifetimes.ts'
import { IdTokenSigner } from './signing/id-token-signer.ts'
import { SigningKeys } from './signing/signing-keys.ts'
import type { EntraState } from './state.ts'

/**
 * Starts Entra and Graph on one loopback port.
 *
 * @throws TypeError for a host that is not loopback, or an unknown automatic user; an error of the
 *   system, such as EADDRINUSE, when the port cannot be opened
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  // The keys must exist before the port opens: an earlier request would stay unanswered.
  const keys = await SigningKeys.create()
  const { server, url } = await open(options)
  const log = options.log ?? (() => undefined)
  const state = createState(options, url, keys)
  const requests = new RequestLog()
  const faults = new FaultPlan()
  const handler = createHandler(state, { requests, faults, log })
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
    close: () => {
      handler.endAll()
      return end(server)
    },
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/

async function open({ host = 'localhost', port = 0, automaticUser }: EmulatorOptions) {
  if (!loopback.test(host))
    throw new TypeError(`The emulator listens on loopback only, not ${host}`)
  // The username is checked before the server listens: a later error would leave the port open.
  if (automaticUser) knownUser(automaticUser)
  const server = createServer()
  const address = await listen(server, port, host)
  const name = host.includes(':') ? `[${host}]` : host
  return { server, url: `http://${name}:${String(address.port)}` }
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host === 'localhost' ? '127.0.0.1' : host, () => {
      resolve(server.address() as AddressInfo)
    })
  })
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

function createState(options: EmulatorOptions, url: string, keys: SigningKeys): EntraState {
  return {
    origin: options.publicUrl ?? url,
    graphOrigin: options.graphUrl ?? url,
    keys,
    idTokens: new IdTokenSigner(keys),
    clients: new ClientRegistry(options.clients ?? [sampleClient]),
    lifetimes: { ...entraLifetimes, ...options.lifetimes },
    policies: new Policies(),
    revocations: new Revocations(),
    consents: new Consents(),
    sessions: new BrowserSessions(),
    authorizationCodes: new AuthorizationCodes(),
    deviceCodes: new DeviceCodes(),
    refreshTokens: new RefreshTokens(),
    profileChanges: new Map(),
    automaticUser: options.automaticUser && knownUser(options.automaticUser).username,
  }
}
