import { jwtVerify } from 'jose'
import type { ClientRegistration } from '../directory/clients.ts'
import { EntraError, missingParameter } from '../errors/entra-error.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import { tokenAnswer } from './answer.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Exchanges a user's access token for this client into one for another resource.
 *
 * @throws EntraError when the assertion is not an access token of a user for this client.
 */
export async function onBehalfOf(
  state: EntraState,
  form: URLSearchParams,
  client: ClientRegistration,
) {
  if (form.get('requested_token_use') !== 'on_behalf_of') {
    throw missingParameter('requested_token_use')
  }
  const { clientId } = client
  const claims = await claimsOf(form.get('assertion') ?? '', state, clientId)
  const request = parseScopes(state, client, form.get('scope') ?? '')
  const signIn = { userId: text(claims['oid']), clientId, sid: text(claims['sid']), request }
  return tokenAnswer(state, signIn, { form })
}

async function claimsOf(assertion: string, { key }: EntraState, audience: string) {
  const options = { audience, currentDate: new Date() }
  const verified = await jwtVerify(assertion, key.publicKey, options).catch(() => undefined)
  // An ID token has the same audience, but no scopes.
  if (verified?.payload['scp']) return verified.payload
  throw new EntraError(
    'invalid_grant',
    50013,
    'Assertion failed signature validation, or is no access token for this application.',
  )
}
