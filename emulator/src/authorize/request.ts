import { hasRedirectUri, type ClientRegistration } from '../directory/clients.ts'
import { knownClient } from '../directory/known-client.ts'
import { authorityName, type TenantExchange } from '../directory/tenants.ts'
import { EntraError } from '../errors/entra-error.ts'
import { refuseRepeatedParameters } from '../errors/parameters.ts'
import type { FormTarget } from '../pages/markup.ts'
import type { EntraState } from '../state.ts'
import { replyTargetOf, type ReplyTarget } from './reply.ts'

/** An authorization request whose client and redirect URI are known to be registered. */
export interface AuthorizeRequest {
  client: ClientRegistration
  target: ReplyTarget
  params: URLSearchParams
  prompt: string | null
}

/**
 * Reads an authorization request as far as the redirect URI.
 *
 * @throws EntraError that must be shown on a page: only a registered redirect URI may get an error
 *   (RFC 6749 section 4.1.2.1).
 */
export function readAuthorizeRequest(
  state: EntraState,
  exchange: TenantExchange,
): AuthorizeRequest {
  const params = new URLSearchParams([...exchange.query, ...oauthForm(exchange)])
  refuseRepeatedParameters(params, ['client_id', 'redirect_uri'])
  const directory = authorityName(exchange.authority)
  const client = knownClient(state.clients, params.get('client_id'), directory)
  const redirectUri = params.get('redirect_uri') ?? ''
  if (!hasRedirectUri(client, redirectUri)) {
    throw new EntraError(
      'invalid_request',
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'.`,
    )
  }
  const target = replyTargetOf(params, redirectUri)
  return { client, target, params, prompt: params.get('prompt') }
}

/** A request may be a form post (OpenID Connect Core 3.1.2.1). The emulator's pages post no `client_id`. */
function oauthForm({ form }: TenantExchange): URLSearchParams {
  return form.has('client_id') ? form : new URLSearchParams()
}

/** The emulator's pages post to `login`. The query of that address repeats the request. */
export function formTargetOf(
  { segment }: TenantExchange,
  { params }: AuthorizeRequest,
  hidden: Record<string, string> = {},
): FormTarget {
  return { action: `/${segment}/login?${params.toString()}`, hidden }
}
