import { policyRefusal } from '../conditional-access/refusal.ts'
import { targetsOf } from '../conditional-access/targets.ts'
import { consentMissing } from '../consent/errors.ts'
import { findUser, type SampleUser } from '../directory/users.ts'
import { EntraError } from '../errors/entra-error.ts'
import type { EntraState } from '../state.ts'
import { accessTokenSeconds, answersClaimsChallenges } from './access-token-lifetime.ts'
import { accessToken, grantedScopes, scopeText } from './access-token.ts'
import type { Granted } from './grant.ts'
import { idToken } from './id-token.ts'

const base64url = (value: string) => Buffer.from(value).toString('base64url')

/**
 * The body of a token response, which depends on the parameters `claims` and `client_info`.
 *
 * @throws EntraError when the user has not consented to a requested scope (65001), and when a policy
 *   refuses the token.
 */
export async function tokenAnswer(
  state: EntraState,
  { signIn, requested }: Granted,
  form: URLSearchParams,
) {
  const user = consentingUser(state, { signIn, requested })
  const targets = targetsOf(signIn.clientId, requested.resource, form.get('claims'))
  const policy = state.policies.unmet(targets, signIn.proof)
  if (policy) throw policyRefusal(policy, requested.resource)
  const isLong = requested.resource.kind === 'graph' && answersClaimsChallenges(form.get('claims'))
  const content = { state, signIn, user, requested, isLong }
  const scopes = grantedScopes(content)
  const lifetimeSeconds = accessTokenSeconds(state.lifetimes, isLong)
  const has = (scope: string) => signIn.requested.openid.includes(scope)
  return {
    token_type: 'Bearer',
    scope: scopeText(content, scopes),
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    access_token: await accessToken(content, scopes, lifetimeSeconds),
    ...(has('offline_access') && {
      refresh_token: state.refreshTokens.issue(signIn, state.lifetimes.refreshToken),
    }),
    ...(has('openid') && { id_token: await idToken(content) }),
    ...(form.get('client_info') === '1' && {
      client_info: base64url(JSON.stringify({ uid: user.id, utid: user.tenantId })),
    }),
  }
}

function consentingUser({ consents }: EntraState, { signIn, requested }: Granted): SampleUser {
  const { userId, clientId } = signIn
  const user = findUser(userId)
  if (!user) throw new EntraError('invalid_grant', 50034, 'The user account does not exist.')
  const missing = consents.missing(userId, clientId, { ...requested, openid: [] })
  if (missing.length > 0) throw consentMissing(clientId)
  return user
}
