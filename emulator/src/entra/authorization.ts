import type { RequestedScopes } from './scopes.ts'

/** One sign-in of one user at one client: what codes and refresh tokens stand for. */
export interface Authorization {
  userId: string
  clientId: string
  request: RequestedScopes
  sid: string
  nonce?: string
  /** Got by device sign-in, where a client with a secret need not show it. */
  byDevice?: true
}
