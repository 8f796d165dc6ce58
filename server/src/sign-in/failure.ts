import { randomBytes } from 'node:crypto'
import {
  homePath,
  type LocalPath,
  type LoginQuery,
  type ProblemCode,
  type SignInErrorCode,
} from '@entra-bff/shared'
import { type EntraFacts, EntraFailure, type EntraFailureReason } from '../entra/failures.ts'
import { Failure } from '../failure.ts'
import { codeOfAadsts } from './aadsts.ts'

interface SignInFailureOptions {
  cause?: unknown
  facts?: EntraFacts
  returnTo?: LocalPath
  ref?: string
  loginQuery?: LoginQuery
  isSignedIn?: boolean
  retryAfterSeconds?: number | undefined
}

/** A sign-in that failed: a public code, and a private reason for the log. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure'
  readonly code: SignInErrorCode
  readonly facts: EntraFacts
  /** Path that the next sign-in returns to. */
  readonly returnTo: LocalPath
  /** Names the report of this failure: `GET /api/errors/{ref}`. */
  readonly ref: string
  /** The query of the link that tries again, besides `returnTo`. */
  readonly loginQuery: LoginQuery
  /** The person has a session all the same, and can go back. */
  readonly isSignedIn: boolean
  /** Seconds to wait before the next try. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: SignInErrorCode, reason: string, options: SignInFailureOptions = {}) {
    super(reason, { cause: options.cause })
    this.code = code
    this.facts = options.facts ?? {}
    this.returnTo = options.returnTo ?? homePath
    this.ref = options.ref ?? randomBytes(16).toString('base64url')
    this.loginQuery = options.loginQuery ?? {}
    this.isSignedIn = options.isSignedIn ?? false
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** Translates every error of a sign-in, so that each one ends in the Error view. */
export function toSignInFailure(error: unknown, returnTo?: LocalPath): SignInFailure {
  if (error instanceof SignInFailure) return error
  const options = { cause: error, ...(returnTo !== undefined && { returnTo }) }
  if (error instanceof EntraFailure) {
    const { reason, message, facts } = error
    return new SignInFailure(signInCodeOf(reason, facts), message, { ...options, facts })
  }
  if (error instanceof Failure) {
    const { message, retryAfterSeconds } = error
    const code = byProblem[error.code] ?? 'sign_in_failed'
    return new SignInFailure(code, message, { ...options, retryAfterSeconds })
  }
  return new SignInFailure('sign_in_failed', 'unexpected', options)
}

const byProblem: Readonly<Partial<Record<ProblemCode, SignInErrorCode>>> = {
  store_unavailable: 'service_unavailable',
  session_revoked: 'signed_out_meanwhile',
  invalid_request: 'invalid_request',
  rate_limited: 'rate_limited',
}

/** @param reason undefined for an `error` that is not in `entra/oauth-errors.ts` */
export function signInCodeOf(
  reason: EntraFailureReason | undefined,
  { aadsts }: EntraFacts,
): SignInErrorCode {
  return codeOfAadsts(aadsts) ?? (reason === undefined ? 'sign_in_failed' : byReason[reason])
}

const byReason: Readonly<Record<EntraFailureReason, SignInErrorCode>> = {
  unavailable: 'identity_provider_unavailable',
  client_rejected: 'app_misconfigured',
  grant_rejected: 'sign_in_expired',
  consent_required: 'interaction_required',
  interaction_required: 'interaction_required',
  access_denied: 'access_denied',
  device_code_expired: 'device_code_expired',
  nonce_mismatch: 'nonce_mismatch',
  id_token_invalid: 'id_token_invalid',
  tenant_not_allowed: 'tenant_not_allowed',
}
