import { requiredParameter } from '../errors/parameters.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { Grant } from './grant.ts'

/** Redeems a refresh token (RFC 6749 section 6). At Entra `scope` may name a new resource. */
export const refreshTokenGrant: Grant = (state, form, client) => {
  const token = requiredParameter(form, 'refresh_token')
  const signIn = { ...state.refreshTokens.redeem(token, client.clientId) }
  // An ID token from a refresh has no nonce (OpenID Connect Core 12.2).
  delete signIn.nonce
  const scope = form.get('scope')
  return { signIn, requested: scope ? parseScopes(state, client, scope) : signIn.requested }
}
