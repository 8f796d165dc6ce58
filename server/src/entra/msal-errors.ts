import { AuthError, InteractionRequiredAuthError } from '@azure/msal-node'
import { detailOf, EntraFailure, type EntraFailureReason, readErrorText } from './failures.ts'
import { reasonOf } from './oauth-errors.ts'

/** Thrown by the network client. Extends AuthError, because MSAL passes on no other foreign errors. */
export class IdentityProviderUnreachable extends AuthError {
  readonly retryAfterSeconds: number | undefined

  constructor(detail: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super('unreachable', '', detail)
    // AuthError sets its own prototype, which would hide this class.
    Object.setPrototypeOf(this, IdentityProviderUnreachable.prototype)
    this.cause = options.cause
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/**
 * Translates the errors of MSAL and of the network client into `EntraFailure`. Only the protocol's
 * `error` and `suberror` decide its reason. Returns every other error as it is.
 */
export function translateMsalError(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error
  const { errorCode, errorMessage, correlationId } = error
  const facts = { ...readErrorText(errorMessage), ...(correlationId && { correlationId }) }
  return new EntraFailure(reasonFor(error), detailOf(`${errorCode}: ${errorMessage}`, facts), {
    cause: error,
    facts,
    retryAfterSeconds:
      error instanceof IdentityProviderUnreachable ? error.retryAfterSeconds : undefined,
    claims: (error instanceof InteractionRequiredAuthError && error.claims) || undefined,
  })
}

function reasonFor(error: AuthError): EntraFailureReason {
  const { errorCode, subError } = error
  if (errorCode === 'nonce_mismatch') return 'nonce_mismatch'
  if (errorCode === 'consent_required' || subError === 'consent_required') return 'consent_required'
  // MSAL goes by the suberror too: an `invalid_grant` can ask for a sign-in.
  if (error instanceof InteractionRequiredAuthError) return 'interaction_required'
  return reasonOf(errorCode) ?? 'unavailable'
}
