import type { Proof } from '../browser-sessions.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'

/** One sign-in of one user at one client: what a code or a refresh token stands for. */
export interface SignIn {
  userId: string
  clientId: string
  requested: RequestedScopes
  sid: string
  proof: Proof
  /** Authentication contexts that the request asked for in its `claims`. */
  askedContexts?: readonly string[]
  /** The request had a `max_age`, so its ID token has an `auth_time` (OpenID Connect Core 3.1.2.1). */
  asksAuthTime?: true
  nonce?: string
  /** The sign-in began with a device code. `allowPublicClientFlows` applies to its refreshes. */
  byDevice?: true
}
