import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientRegistration } from './directory/clients.ts'
import type { SampleUser } from './directory/users.ts'
import type { ChangeClaims, TamperOptions } from './signing/id-token-signer.ts'
import type { Fault } from './control/faults.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { EndpointName, RecordedRequest } from './control/request-log.ts'

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
