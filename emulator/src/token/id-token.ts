import { loginHintOf } from '../directory/login-hint.ts'
import { timeClaims, userClaims, type TokenContent } from './common-claims.ts'
import { rolesAndGroups } from './roles-and-groups.ts'

/** The optional claims that the app's registration, or the request, asks for. */
function optionalClaims({ state, signIn, user }: TokenContent) {
  const registered = state.clients.find(signIn.clientId)?.optionalIdTokenClaims ?? []
  const { proof, askedContexts = [], asksAuthTime = false } = signIn
  const acrs = state.policies.satisfied(askedContexts, proof, registered.includes('acrs'))
  return {
    ...(acrs.length > 0 && { acrs }),
    ...((registered.includes('auth_time') || asksAuthTime) && { auth_time: proof.authTime }),
    ...(registered.includes('sid') && { sid: signIn.sid }),
    ...(registered.includes('login_hint') && { login_hint: loginHintOf(user) }),
  }
}

export function idToken(content: TokenContent): Promise<string> {
  const { state, signIn, user } = content
  const has = (scope: string) => signIn.requested.openid.includes(scope)
  const claims = {
    ver: '2.0',
    iss: `${state.origin}/${user.tenantId}/v2.0`,
    aud: signIn.clientId,
    ...timeClaims(state.lifetimes.idToken),
    ...userClaims(content),
    ...(has('profile') && { name: user.displayName, preferred_username: user.username }),
    ...optionalClaims(content),
    ...rolesAndGroups(content, signIn.clientId),
    ...(has('email') && { email: user.username }),
    ...(signIn.nonce !== undefined && { nonce: signIn.nonce }),
  }
  return state.idTokens.sign(claims, signIn.clientId)
}
