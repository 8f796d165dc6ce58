import { findUser } from '../directory/users.ts'
import { accessToken, grantedScopes, scopeText } from './access-token.ts'
import type { Authorization } from '../grants/sign-in.ts'
import { consentMissing, EntraError } from '../errors/entra-error.ts'
import { idToken } from './id-token.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import { accessTokenSeconds, answersClaimsChallenges } from './access-token-lifetime.ts'

const base64url = (value: string) => Buffer.from(value).toString('base64url')

/** What a token request adds to the sign-in that it redeems. */
export interface TokenRequest {
  /** Scopes other than those of the sign-in. */
  request?: RequestedScopes
  /** Its parameters; `claims` and `client_info` shape the answer. */
  form: URLSearchParams
}

/**
 * The answer of the token endpoint for one sign-in.
 *
 * @throws EntraError (65001) when the user has not consented to a scope asked for.
 */
export async function tokenAnswer(
  state: EntraState,
  authorization: Authorization,
  { request = authorization.request, form }: TokenRequest,
) {
  const user = findUser(authorization.userId)
  if (!user) throw new EntraError('invalid_grant', 50034, 'The user account does not exist.')
  const { userId, clientId } = authorization
  const wanted = { ...request, openid: [] }
  if (state.consents.missing(userId, clientId, wanted).length > 0) throw consentMissing(clientId)
  const isLong = request.resource.kind === 'graph' && answersClaimsChallenges(form.get('claims'))
  const grounds = { state, authorization, user, request, isLong }
  const scopes = grantedScopes(grounds)
  const seconds = accessTokenSeconds(state.lifetimes, isLong)
  const has = (scope: string) => authorization.request.openid.includes(scope)
  return {
    token_type: 'Bearer',
    scope: scopeText(grounds, scopes),
    expires_in: seconds,
    ext_expires_in: seconds,
    access_token: await accessToken(grounds, scopes, seconds),
    ...(has('offline_access') && {
      refresh_token: state.refreshTokens.issue(authorization, state.lifetimes.refreshToken),
    }),
    ...(has('openid') && { id_token: await idToken(grounds) }),
    ...(form.get('client_info') === '1' && {
      client_info: base64url(JSON.stringify({ uid: user.id, utid: user.tenantId })),
    }),
  }
}
