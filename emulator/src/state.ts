import type { ClientRegistry } from './directory/clients.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Consents } from './consent/consents.ts'
import type { DeviceCodes } from './grants/device-codes.ts'
import type { SigningKey } from './signing/signing-key.ts'
import type { RefreshTokens } from './grants/refresh-tokens.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import type { IdTokenSigner } from './signing/id-token-signer.ts'

/** Everything one running emulator knows; no two emulators share any of it. */
export interface EntraState {
  /** Origin of Entra as clients see it. */
  origin: string
  /** Origin of Graph as clients see it. */
  graphOrigin: string
  key: SigningKey
  idTokens: IdTokenSigner
  clients: ClientRegistry
  lifetimes: Lifetimes
  consents: Consents
  sessions: BrowserSessions
  refreshTokens: RefreshTokens
  deviceCodes: DeviceCodes
  /** Who signs in without pages, if anybody does. */
  automaticUser: string | undefined
}
