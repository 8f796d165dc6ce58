import type { RequestedScopes } from '../scopes/requested-scopes.ts'

/** One sign-in of one user at one client: what codes and refresh tokens stand for. */
export interface Authorization {
  userId: string
  clientId: string
  request: RequestedScopes
  sid: string
  nonce?: string
  /** Came of a device code: then the app's setting decides whether its refresh takes a secret. */
  byDevice?: true
}
