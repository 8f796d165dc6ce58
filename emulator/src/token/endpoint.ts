import type { TenantExchange } from '../directory/tenants.ts'
import { EntraError } from '../errors/entra-error.ts'
import {
  refuseRepeatedParameters,
  refuseResourceParameter,
  requiredParameter,
} from '../errors/parameters.ts'
import { json, type Reply } from '../http/reply.ts'
import type { EntraState } from '../state.ts'
import { tokenAnswer } from './answer.ts'
import { appTokenAnswer } from './app-token.ts'
import { authorizationCodeGrant } from './authorization-code-grant.ts'
import { authenticateClient } from './client-authentication.ts'
import { deviceCodeGrant } from './device-code-grant.ts'
import type { Grant } from './grant.ts'
import { onBehalfOfGrant } from './on-behalf-of-grant.ts'
import { refreshTokenGrant } from './refresh-token-grant.ts'

const grants = new Map<string, Grant>([
  ['authorization_code', authorizationCodeGrant],
  ['refresh_token', refreshTokenGrant],
  ['device_code', deviceCodeGrant],
  ['urn:ietf:params:oauth:grant-type:device_code', deviceCodeGrant],
  ['urn:ietf:params:oauth:grant-type:jwt-bearer', onBehalfOfGrant],
])

/** Answers a token request (RFC 6749 section 3.2). */
export async function token(state: EntraState, exchange: TenantExchange): Promise<Reply> {
  const { form } = exchange
  const type = requiredParameter(form, 'grant_type')
  refuseResourceParameter(form)
  refuseRepeatedParameters(form)
  if (type === 'client_credentials') return json(200, await appTokenAnswer(state, exchange))
  const grant = grants.get(type)
  if (!grant) {
    throw new EntraError(
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${type}'.`,
    )
  }
  const client = authenticateClient(state.clients, exchange, isByDevice(state, form, grant))
  return json(200, await tokenAnswer(state, await grant(state, form, client), form))
}

/** Whether the sign-in began with a device code. */
function isByDevice({ refreshTokens }: EntraState, form: URLSearchParams, grant: Grant): boolean {
  if (grant === refreshTokenGrant) return refreshTokens.isFromDevice(form.get('refresh_token'))
  return grant === deviceCodeGrant
}
