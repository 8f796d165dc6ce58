import type { BrowserSessions } from './browser-sessions.ts'
import type { Policies } from './conditional-access/policies.ts'
import type { Revocations } from './conditional-access/revocations.ts'
import type { Consents } from './consent/consents.ts'
import type { ClientRegistry } from './directory/clients.ts'
import type { AuthorizationCodes } from './issued/authorization-codes.ts'
import type { DeviceCodes } from './issued/device-codes.ts'
import type { RefreshTokens } from './issued/refresh-tokens.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { IdTokenSigner } from './signing/id-token-signer.ts'
import type { SigningKeys } from './signing/signing-keys.ts'

/** The whole state of one emulator. Two emulators in a process share no state. */
export interface EntraState {
  /** Origin of Entra, as clients see it. */
  origin: string
  /** Origin of Graph, as clients see it. */
  graphOrigin: string
  keys: SigningKeys
  idTokens: IdTokenSigner
  clients: ClientRegistry
  lifetimes: Lifetimes
  policies: Policies
  revocations: Revocations
  consents: Consents
  sessions: BrowserSessions
  authorizationCodes: AuthorizationCodes
  deviceCodes: DeviceCodes
  refreshTokens: RefreshTokens
  /** What users have changed of their profiles, by the user's object id. */
  profileChanges: Map<string, Readonly<Record<string, string | null>>>
  /** The username that is signed in without pages. */
  automaticUser: string | undefined
}
