import { adminOnlyScopes, consentNames } from '../consent/consents.ts'
import { adminConsentMissing, consentMissing } from '../consent/errors.ts'
import { consentPage } from '../consent/page.ts'
import { nameOf } from '../directory/clients.ts'
import type { TenantExchange } from '../directory/tenants.ts'
import { findUserByName, type SampleUser } from '../directory/users.ts'
import type { Reply } from '../http/reply.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import { formTargetOf, type AuthorizeRequest } from './request.ts'

/** An authorization request whose user and scopes are known. */
export interface ConsentStep extends AuthorizeRequest {
  user: SampleUser
  requested: RequestedScopes
}

/**
 * Stores the consent of a user who pressed "Accept".
 *
 * @throws EntraError when a scope needs an administrator. The page then has no "Accept",
 *   but a handmade post can.
 */
export function acceptConsent(state: EntraState, { client, user, requested }: ConsentStep): void {
  const missing = state.consents.missing(user.id, client.clientId, requested)
  if (adminOnlyScopes(user, missing).length > 0) throw adminConsentMissing()
  state.consents.grant(user.id, client.clientId, requested)
}

/**
 * The consent page; `undefined` when the client may get its code without this page.
 *
 * @throws EntraError when consent is missing and `prompt=none` forbids the page.
 */
export function askForConsent(
  state: EntraState,
  exchange: TenantExchange,
  step: ConsentStep,
  accepted: boolean,
): Reply | undefined {
  const { client, prompt, user, requested } = step
  const automatic = findUserByName(state.automaticUser ?? '') === user
  if (automatic) state.consents.grant(user.id, client.clientId, requested)
  const missing = state.consents.missing(user.id, client.clientId, requested)
  if (missing.length > 0 && prompt === 'none') {
    throw consentMissing(client.clientId, 'consent_required')
  }
  const askAgain = prompt === 'consent' && !accepted && !automatic
  const scopes = missing.length === 0 && askAgain ? consentNames(requested) : missing
  if (scopes.length === 0) return undefined
  const target = formTargetOf(exchange, step, { username: user.username })
  return consentPage(target, { user, appName: nameOf(client), scopes })
}
