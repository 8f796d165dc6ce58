import type { SampleUser } from '../directory/users.ts'
import { aboutUser, timesFor, type Grounds } from './common-claims.ts'

/** The opaque `login_hint` claim of a user. */
const loginHintOf = ({ id }: SampleUser): string =>
  `O.${Buffer.from(`hint:${id}`).toString('base64url')}`

function optionalClaims({ state, authorization, user }: Grounds) {
  const registered = state.clients.find(authorization.clientId)?.optionalIdTokenClaims ?? []
  return {
    ...(registered.includes('sid') && { sid: authorization.sid }),
    ...(registered.includes('login_hint') && { login_hint: loginHintOf(user) }),
  }
}

export function idToken(grounds: Grounds): Promise<string> {
  const { state, authorization, user } = grounds
  const claims = {
    ver: '2.0',
    iss: `${state.origin}/${user.tenantId}/v2.0`,
    aud: authorization.clientId,
    ...timesFor(state.lifetimes.idToken),
    ...aboutUser(grounds),
    ...(authorization.request.openid.includes('profile') && {
      name: user.displayName,
      preferred_username: user.username,
    }),
    ...optionalClaims(grounds),
    ...(authorization.request.openid.includes('email') && { email: user.username }),
    ...(authorization.nonce !== undefined && { nonce: authorization.nonce }),
  }
  return state.idTokens.sign(claims, authorization.clientId)
}
