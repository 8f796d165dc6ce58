import { AuthError, InteractionRequiredAuthError } from '@azure/msal-node'
import { detailOf, EntraFailure, type EntraFailureReason, readErrorText } from './failures.ts'
import { NetworkError } from './msal-network.ts'
import { reasonOf } from './oauth-errors.ts'
import { unavailable } from './unreachable.ts'

/**
 * Translates the errors of MSAL and of its network into `EntraFailure`. Only the protocol's
 * `error` and `suberror` decide its reason. Returns every other error as it is.
 */
export function translateMsalError(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error
  if (error instanceof NetworkError) return unavailable(error.unreachable)
  const { errorCode, errorMessage, correlationId } = error
  const facts = { ...readErrorText(errorMessage), ...(correlationId && { correlationId }) }
  return new EntraFailure(reasonFor(error), detailOf(`${errorCode}: ${errorMessage}`, facts), {
    cause: error,
    facts,
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
