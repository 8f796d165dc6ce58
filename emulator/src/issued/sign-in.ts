import type { RequestedScopes } from '../scopes/requested-scopes.ts'

/** One sign-in of one user at one client: what a code or a refresh token stands for. */
export interface SignIn {
  userId: string
  clientId: string
  requested: RequestedScopes
  sid: string
  nonce?: string
  /** The sign-in began with a device code. `allowPublicClientFlows` applies to its refreshes. */
  byDevice?: true
}
