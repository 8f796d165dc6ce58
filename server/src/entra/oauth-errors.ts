import type { EntraFailureReason } from './failures.ts'

const reasons = new Map<string, EntraFailureReason>([
  ['access_denied', 'access_denied'],
  ['authorization_declined', 'access_denied'],
  ['expired_token', 'device_code_expired'],
  ['code_expired', 'device_code_expired'],
  ['invalid_grant', 'grant_rejected'],
  ['consent_required', 'consent_required'],
  ['interaction_required', 'interaction_required'],
  ['login_required', 'interaction_required'],
  ['account_selection_required', 'interaction_required'],
  ['invalid_client', 'client_rejected'],
  ['unauthorized_client', 'client_rejected'],
  ['invalid_request', 'client_rejected'],
  ['invalid_scope', 'client_rejected'],
  ['invalid_resource', 'client_rejected'],
  ['unsupported_grant_type', 'client_rejected'],
  ['server_error', 'unavailable'],
  ['temporarily_unavailable', 'unavailable'],
])

/**
 * What an `error` of any endpoint of Entra means (RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section
 * 3.5, OpenID Connect Core section 3.1.2.6, and Microsoft's own names).
 * @returns undefined for an unknown error: each endpoint has a default of its own
 */
export function reasonOf(error: string): EntraFailureReason | undefined {
  return reasons.get(error)
}
