import { requiredParameter } from '../errors/parameters.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { Grant } from './grant.ts'

/** RFC 6749 section 6. At Entra the scope may name another resource than the sign-in did. */
export const refreshTokenGrant: Grant = (state, form, client) => {
  const token = requiredParameter(form, 'refresh_token')
  const signIn = { ...state.refreshTokens.redeem(token, client.clientId) }
  // The nonce belongs to the first ID token (OpenID Connect Core 12.2).
  delete signIn.nonce
  const scope = form.get('scope')
  return { signIn, requested: scope ? parseScopes(state, client, scope) : signIn.requested }
}
