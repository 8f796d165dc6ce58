import { nameOf } from '../directory/clients.ts'
import { findUserByName, type SampleUser } from '../directory/users.ts'
import { html, type Reply } from '../http/reply.ts'
import { formTargetOf, type AuthorizeRequest } from './request.ts'
import { consentNames } from '../consent/consents.ts'
import { adminConsentMissing, consentMissing } from '../errors/entra-error.ts'
import { adminApprovalPage, consentPage } from '../pages/pages.ts'
import { needsAdministrator, wordsFor } from '../scopes/permissions.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'

export const requestedScopes = (state: EntraState, { client, params }: AuthorizeRequest) =>
  parseScopes(state, client, params.get('scope') ?? '')

/** The user pressed "Accept". */
export function acceptConsent(state: EntraState, request: AuthorizeRequest, user: SampleUser) {
  const { clientId } = request.client
  const scopes = requestedScopes(state, request)
  const missing = state.consents.missing(user.id, clientId, scopes)
  // The page does not offer it; a hand-made post must not do what a user cannot.
  if (!user.administrator && missing.some(needsAdministrator)) throw adminConsentMissing()
  state.consents.grant(user.id, clientId, scopes)
}

/**
 * The scopes the user has to be asked about before the client gets its code.
 *
 * @throws EntraError when there are some, and `prompt=none` forbids to ask.
 */
export function scopesToAskFor(
  state: EntraState,
  request: AuthorizeRequest,
  user: SampleUser,
  accepted: boolean,
): string[] {
  const { clientId } = request.client
  const scopes = requestedScopes(state, request)
  const automatic = findUserByName(state.automaticUser ?? '') === user
  if (automatic) state.consents.grant(user.id, clientId, scopes)
  const missing = state.consents.missing(user.id, clientId, scopes)
  if (missing.length > 0 && request.prompts.has('none')) {
    throw consentMissing(clientId, 'consent_required')
  }
  const insisted = request.prompts.has('consent') && !accepted && !automatic
  return missing.length === 0 && insisted ? consentNames(scopes) : missing
}

/** Asks for consent, or says who could give it. */
export function consentReply(request: AuthorizeRequest, user: SampleUser, scopes: string[]): Reply {
  const target = formTargetOf(request, { username: user.username })
  const adminOnly = user.administrator ? [] : scopes.filter(needsAdministrator)
  const refused = adminOnly.length > 0
  const permissions = (refused ? adminOnly : scopes).map(wordsFor)
  const consent = { user, appName: nameOf(request.client), permissions }
  return html(200, refused ? adminApprovalPage(target, consent) : consentPage(target, consent))
}
