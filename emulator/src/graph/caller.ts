import { errors, jwtVerify, type JWTPayload } from 'jose'
import { findUser, type SampleUser } from '../directory/users.ts'
import { graphAudienceOf } from '../directory/clouds.ts'
import type { EntraState } from '../state.ts'
import type { Exchange } from '../http/exchange.ts'
import { GraphError } from './errors.ts'

export interface Caller {
  user: SampleUser
  /** The `sub` of the access token. */
  subject: string
  scopes: string[]
}

const unauthorized = (message: string) => new GraphError(401, 'InvalidAuthenticationToken', message)

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'Lifetime validation failed, the token is expired.'
  if (error instanceof errors.JWTClaimValidationFailed)
    return 'Access token validation failure. Invalid audience.'
  return 'IDX14100: JWT is not well formed, or its signature is not valid.'
}

/**
 * Continuous access evaluation: Graph refuses tokens from before a revocation, if their client has
 * declared that it answers claims challenges.
 */
function requireUnrevoked(
  { revocations }: EntraState,
  { xms_cc: capabilities, appid: clientId, rh }: JWTPayload,
  user: SampleUser,
): void {
  const isCapable = Array.isArray(capabilities) && capabilities.includes('CP1')
  if (!isCapable || rh === revocations.handleOf(user, String(clientId))) return
  const nbf = { essential: true, value: String(revocations.validFrom(user)) }
  throw new GraphError(
    401,
    'InvalidAuthenticationToken',
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
    JSON.stringify({ access_token: { nbf } }),
  )
}

/** @throws GraphError (401) unless the request has a valid access token of this emulator for Graph. */
export async function callerOf(exchange: Exchange, state: EntraState): Promise<Caller> {
  const token = /^bearer (?<token>\S+)$/i.exec(exchange.req.headers.authorization ?? '')
  if (!token?.groups?.['token']) throw unauthorized('Access token is empty.')
  const { payload } = await jwtVerify(token.groups['token'], state.keys.verifying, {
    audience: graphAudienceOf(state),
    currentDate: new Date(),
  }).catch((error: unknown) => {
    throw unauthorized(reasonOf(error))
  })
  const { oid, scp, sub: subject = '' } = payload
  const user = typeof oid === 'string' ? findUser(oid) : undefined
  if (!user || typeof scp !== 'string') throw unauthorized('The token has no user or no scopes.')
  requireUnrevoked(state, payload, user)
  return { user, subject, scopes: scp.split(' ') }
}

/** @throws GraphError (403) unless the caller has one of the wanted scopes. */
export function requireScope({ scopes }: Caller, code: string, ...wanted: string[]): void {
  if (wanted.some((scope) => scopes.includes(scope))) return
  const message =
    code === 'ErrorAccessDenied'
      ? 'Access is denied. Check credentials and try again.'
      : 'Insufficient privileges to complete the operation.'
  throw new GraphError(403, code, message)
}
