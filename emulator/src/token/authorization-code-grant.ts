import { requiredParameter } from '../errors/parameters.ts'
import type { Grant } from './grant.ts'

/** Redeems an authorization code (RFC 6749 section 4.1.3). */
export const authorizationCodeGrant: Grant = (state, form, { clientId }) => {
  const verifier = form.get('code_verifier')
  const signIn = state.authorizationCodes.redeem({
    code: requiredParameter(form, 'code'),
    redirectUri: requiredParameter(form, 'redirect_uri'),
    clientId,
    ...(verifier !== null && { verifier }),
  })
  return { signIn, requested: signIn.requested }
}
