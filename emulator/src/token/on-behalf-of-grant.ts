import { jwtVerify } from 'jose'
import { EntraError } from '../errors/entra-error.ts'
import { missingParameter } from '../errors/parameters.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import type { Grant } from './grant.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Takes a user's access token for this client, and grants one for another resource (Microsoft,
 * "OAuth 2.0 On-Behalf-Of flow").
 */
export const onBehalfOfGrant: Grant = async (state, form, client) => {
  if (form.get('requested_token_use') !== 'on_behalf_of') {
    throw missingParameter('requested_token_use')
  }
  const { clientId } = client
  const claims = await claimsOf(form.get('assertion') ?? '', state, clientId)
  const requested = parseScopes(state, client, form.get('scope') ?? '')
  // The assertion does not tell of a second factor, so a policy that demands one refuses.
  const proof = { authTime: claims.iat ?? 0, mfa: false }
  const [userId, sid] = [text(claims['oid']), text(claims['sid'])]
  const signIn = { userId, clientId, sid, proof, requested }
  return { signIn, requested }
}

async function claimsOf(assertion: string, { keys }: EntraState, audience: string) {
  const options = { audience, currentDate: new Date() }
  const verified = await jwtVerify(assertion, keys.verifying, options).catch(() => undefined)
  // An ID token has the same audience, but no `scp`, and is refused.
  if (verified?.payload['scp']) return verified.payload
  throw new EntraError(
    'invalid_grant',
    50013,
    'Assertion failed signature validation, or is no access token for this application.',
  )
}
