import { randomBytes } from 'node:crypto'
import {
  homePath,
  type LocalPath,
  type LoginQuery,
  type ProblemCode,
  type SignInErrorCode,
} from '@entra-bff/shared'
import { EntraFailure, type EntraFacts } from '../entra/failures.ts'
import { Failure } from '../failure.ts'

interface SignInFailureOptions {
  cause?: unknown
  facts?: EntraFacts
  returnTo?: LocalPath
  ref?: string
  retryQuery?: LoginQuery
  retryAfter?: number | undefined
}

/** A sign-in that came to nothing: a public code, a private reason for the log. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure'
  readonly code: SignInErrorCode
  readonly facts: EntraFacts
  /** Where the person wanted to go, when that is known. */
  readonly returnTo: LocalPath
  /** Under which the browser can ask for it. */
  readonly ref: string
  /** What the next try has to ask for, beside `returnTo`. */
  readonly retryQuery: LoginQuery
  /** Seconds to wait before the next try. */
  readonly retryAfter: number | undefined

  constructor(code: SignInErrorCode, reason: string, options: SignInFailureOptions = {}) {
    super(reason, { cause: options.cause })
    this.code = code
    this.facts = options.facts ?? {}
    this.returnTo = options.returnTo ?? homePath
    this.ref = options.ref ?? randomBytes(16).toString('base64url')
    this.retryQuery = options.retryQuery ?? {}
    this.retryAfter = options.retryAfter
  }
}

/** Whatever is thrown during a sign-in ends in the Error view. */
export function toSignInFailure(error: unknown, returnTo?: LocalPath): SignInFailure {
  if (error instanceof SignInFailure) return error
  const options = { cause: error, ...(returnTo !== undefined && { returnTo }) }
  if (error instanceof EntraFailure) {
    const { facts } = error
    return new SignInFailure(codeOf(error), error.message, { ...options, facts })
  }
  if (error instanceof Failure) {
    const { message, retryAfterSeconds: retryAfter } = error
    const code = byProblem[error.code] ?? 'sign_in_failed'
    return new SignInFailure(code, message, { ...options, retryAfter })
  }
  if (error instanceof Error && 'validation' in error) {
    return new SignInFailure('invalid_request', error.message, options)
  }
  return new SignInFailure('sign_in_failed', 'unexpected', options)
}

const byProblem: Readonly<Partial<Record<ProblemCode, SignInErrorCode>>> = {
  store_unavailable: 'service_unavailable',
  session_revoked: 'signed_out_meanwhile',
  invalid_request: 'invalid_request',
  rate_limited: 'rate_limited',
}

function codeOf(error: EntraFailure): SignInErrorCode {
  const refined = refine(error.facts.aadsts)
  switch (error.reason) {
    case 'unavailable':
      return 'identity_provider_unavailable'
    case 'client_rejected':
      return 'app_misconfigured'
    case 'grant_rejected':
      return refined ?? 'sign_in_expired'
    case 'consent_required':
    case 'interaction_required':
      return refined ?? 'interaction_required'
    case 'device_declined':
      return 'access_denied'
    case 'device_code_expired':
    case 'nonce_mismatch':
    case 'id_token_invalid':
    case 'tenant_not_allowed':
      return error.reason
  }
}

/** An `error` that Entra sent to the redirect URI (RFC 6749 section 4.1.2.1). */
export function fromAuthorizeError(
  error: string,
  facts: EntraFacts,
  returnTo: LocalPath,
): SignInFailure {
  const known = byProtocol.get(error)
  // The log holds no text from outside.
  const reason = `Entra answered ${known === undefined ? 'with an unknown error' : error}`
  const code = refine(facts.aadsts) ?? known ?? 'sign_in_failed'
  return new SignInFailure(code, reason, { facts, returnTo })
}

const byProtocol = new Map<string, SignInErrorCode>([
  ['access_denied', 'access_denied'],
  ['consent_required', 'interaction_required'],
  ['interaction_required', 'interaction_required'],
  ['login_required', 'interaction_required'],
  ['account_selection_required', 'interaction_required'],
  ['server_error', 'identity_provider_unavailable'],
  ['temporarily_unavailable', 'identity_provider_unavailable'],
  ['invalid_client', 'app_misconfigured'],
  ['unauthorized_client', 'app_misconfigured'],
  ['invalid_request', 'app_misconfigured'],
  ['invalid_scope', 'app_misconfigured'],
  ['invalid_resource', 'app_misconfigured'],
])

/** Entra's numbers change and only refine the advice; nothing is decided on them. */
function refine(aadsts: string | undefined): SignInErrorCode | undefined {
  return aadsts === undefined ? undefined : byNumber.get(aadsts)
}

const byNumber = new Map<string, SignInErrorCode>(
  Object.entries({
    access_denied: ['65004'],
    admin_consent_required: ['65001', '90094', '90095'],
    not_assigned: ['50105'],
    wrong_account: ['50020', '50034', '16000', '90072', '500208'],
    interaction_required: ['50072', '50074', '50076', '50078', '50079'],
    blocked_by_policy: ['53000', '53001', '53002', '53003', '530032'],
    account_unusable: ['50053', '50055', '50057'],
    sign_in_expired: ['54005', '70008', '700082', '50173', '70043', '50089'],
    device_code_expired: ['70018', '70019', '70020'],
    app_misconfigured: ['7000215', '7000222', '7000218', '700016', '50194', '70011'],
    loop_detected: ['50196'],
    identity_provider_unavailable: ['90033', '50033', '90024', '90012'],
  } satisfies Partial<Record<SignInErrorCode, string[]>>).flatMap(([code, numbers]) =>
    numbers.map((number): [string, SignInErrorCode] => [number, code as SignInErrorCode]),
  ),
)
