import { EntraError } from '../errors/entra-error.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Why oidc-provider refused an authorization request, in Entra's words. */
export function requestError(out: object): EntraError {
  const error = text(member(out, 'error'))
  const description = text(member(out, 'error_description'))
  return new EntraError(
    error || 'invalid_request',
    900144,
    `The request is not valid: ${description}.`,
  )
}

/** What oidc-provider says about a code, and what Entra would say. */
const redemptions: [RegExp, number, string][] = [
  [
    /already consumed/,
    54005,
    'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
  ],
  [
    /is expired/,
    70008,
    'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
  ],
  [
    /redirect_uri mismatch/,
    500112,
    'The reply address does not match the reply address provided when requesting Authorization code.',
  ],
  [
    /not found|client mismatch/,
    70000,
    "Provided grant is invalid or malformed: the value of the parameter 'code' is not valid.",
  ],
]

/** Why oidc-provider refused a code, in Entra's words. */
export function redemptionError(refusal: unknown): EntraError {
  const detail = `${text(member(refusal, 'error_detail'))} ${text(member(refusal, 'error_description'))}`
  const error = text(member(refusal, 'error')) || text(member(refusal, 'message'))
  const found = redemptions.find(([pattern]) => pattern.test(detail))
  if (found) return new EntraError('invalid_grant', found[1], found[2])
  if (error === 'invalid_grant') {
    return new EntraError(
      'invalid_grant',
      501481,
      'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
    )
  }
  return new EntraError(
    'invalid_request',
    900144,
    `The request body is not valid: ${detail.trim()}`,
  )
}
