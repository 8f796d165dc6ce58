import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './control/faults.ts'
import type { RecordedRequest } from './control/request-log.ts'
import type { ConditionalAccessPolicy } from './conditional-access/policies.ts'
import type { ClientRegistration } from './directory/clients.ts'
import type { SampleUser } from './directory/users.ts'
import type { EndpointName } from './endpoint-names.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { ChangeClaims, TamperOptions } from './signing/tampering.ts'

export interface EmulatorOptions {
  /** The port to listen on. 0, the default, takes a free port. */
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
  /** The origin that the emulator listens on, such as `http://localhost:4000`. */
  url: string
  tenantId: string
  /** The `AUTHORITY` setting for an application: the address of the tenant Contoso. */
  authority: string
  /** The base address of Graph, with `/v1.0`. */
  graphUrl: string
  users: readonly SampleUser[]
  readonly clients: readonly ClientRegistration[]
  /** Adds a client, or replaces the client with the same id. */
  registerClient(client: ClientRegistration): void
  /** Makes the next request to an endpoint fail, or the next `times` requests. */
  failNext(endpoint: EndpointName, fault: Fault, times?: number): void
  /** Forgets the faults that are still to come. */
  clearFaults(): void
  /** From now on another key signs. The earlier keys stay published. */
  rotateKeys(): Promise<void>
  /** Tampers with the next ID token: its claims, its algorithm or its key. */
  tamperNextIdToken(change: ChangeClaims, options?: TamperOptions): void
  setLifetimes(lifetimes: Partial<Lifetimes>): void
  /** Signs this user in, and consents, without a page. `undefined` brings the pages back. */
  signInAutomaticallyAs(username: string | undefined): void
  /** The requests to one or all endpoints, since the start or the last `clearRequests`. */
  requests(endpoint?: EndpointName): RecordedRequest[]
  clearRequests(): void
  revokeRefreshTokens(username: string): void
  /**
   * Revokes the sessions of a user, as an administrator does: the refresh tokens, the sign-ins in
   * browsers, and, at Graph, the access tokens of clients that declare `CP1`.
   */
  revokeSessions(username: string): void
  /** The Conditional Access policies from now on. They replace the earlier ones. */
  setPolicies(policies: readonly ConditionalAccessPolicy[]): void
  /** Forgets the consents of all users. */
  revokeConsents(): void
  /** Approves a device sign-in, as the user does on the page `/devicelogin`. */
  approveDeviceCode(userCode: string, username: string): void
  declineDeviceCode(userCode: string): void
  /** The request listener, which a test can also pass to its own TLS server. */
  handler: (req: IncomingMessage, res: ServerResponse) => void
  /** Ends the emulator at once, and closes every connection. */
  close(): Promise<void>
}
