import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './control/faults.ts'
import type { RecordedRequest } from './control/request-log.ts'
import type { ClientRegistration } from './directory/clients.ts'
import type { SampleUser } from './directory/users.ts'
import type { EndpointName } from './endpoint-names.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { ChangeClaims, TamperOptions } from './signing/tampering.ts'

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  port?: number
  /** A loopback address; `localhost` when absent. */
  host?: string
  /** Origin of Entra as clients see it, when a proxy is in front. Issuers begin with it. */
  publicUrl?: string
  /** Origin of Graph as clients see it, when a proxy is in front. */
  graphUrl?: string
  clients?: ClientRegistration[]
  lifetimes?: Partial<Lifetimes>
  /** The username that signs in, and consents, without a page. */
  automaticUser?: string
  log?: (line: string) => void
}

/** A running emulator. */
export interface Emulator {
  /** The origin it listens on, such as `http://localhost:4000`. */
  url: string
  tenantId: string
  /** The `AUTHORITY` of an application: the tenant Contoso. */
  authority: string
  /** The base address of Graph, with `/v1.0`. */
  graphUrl: string
  users: readonly SampleUser[]
  readonly clients: readonly ClientRegistration[]
  /** Adds a client, or replaces the one with the same id. */
  registerClient(client: ClientRegistration): void
  /** Makes the next requests of an endpoint fail: one, or `times` of them. */
  failNext(endpoint: EndpointName, fault: Fault, times?: number): void
  /** Tampers with the next ID token: its claims, its algorithm or its key. */
  tamperNextIdToken(change: ChangeClaims, options?: TamperOptions): void
  setLifetimes(lifetimes: Partial<Lifetimes>): void
  /** Signs this user in, and consents, without a page. `undefined` brings the pages back. */
  signInAutomaticallyAs(username: string | undefined): void
  /** The requests of one endpoint, or of all, since the start or the last `clearRequests`. */
  requests(endpoint?: EndpointName): RecordedRequest[]
  clearRequests(): void
  revokeRefreshTokens(username: string): void
  /** Forgets the consents of all users. */
  revokeConsents(): void
  /** Approves a device sign-in, as the user does on the page `/devicelogin`. */
  approveDeviceCode(userCode: string, username: string): void
  declineDeviceCode(userCode: string): void
  /** The request listener. A TLS server of a test can use it. */
  handler: (req: IncomingMessage, res: ServerResponse) => void
  /** Ends at once, and closes every connection. */
  close(): Promise<void>
}
