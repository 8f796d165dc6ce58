import { findUser, findUserByName, type Authority, type SampleUser } from '../directory/users.ts'
import { hasRedirectUri, type ClientRegistration } from '../directory/clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { responseModes, type ReplyTarget } from './reply.ts'
import { EntraError, missingParameter, refuseResourceParameter } from '../errors/entra-error.ts'
import { knownClient } from '../directory/known-client.ts'
import type { FormTarget } from '../pages/markup.ts'
import type { EntraState } from '../state.ts'

/** An authorization request whose client and redirect URI are known to be right. */
export interface AuthorizeRequest {
  segment: string
  authority: Authority
  client: ClientRegistration
  target: ReplyTarget
  params: URLSearchParams
  prompts: Set<string>
}

/** @throws EntraError that must be shown as a page: without a good redirect URI nobody is told. */
export function readAuthorizeRequest(
  state: EntraState,
  exchange: Exchange,
  segment: string,
  authority: Authority,
): AuthorizeRequest {
  const params = new URLSearchParams([...exchange.query, ...oauthForm(exchange)])
  const directory = authority.kind === 'tenant' ? authority.tenant.name : authority.alias
  const client = knownClient(state.clients, params.get('client_id'), directory)
  const redirectUri = params.get('redirect_uri') ?? ''
  if (!hasRedirectUri(client, redirectUri)) {
    throw new EntraError(
      'invalid_request',
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${client.clientId}'.`,
    )
  }
  const responseMode = params.get('response_mode') ?? 'query'
  const target = { redirectUri, responseMode, state: params.get('state') ?? undefined }
  const prompts = new Set((params.get('prompt') ?? '').split(' ').filter(Boolean))
  return { segment, authority, client, target, params, prompts }
}

/** A request may come as a form (OpenID Connect Core 3.1.2.1); our own pages post fewer fields. */
function oauthForm({ form }: Exchange): URLSearchParams {
  return form.has('client_id') ? form : new URLSearchParams()
}

/** Our own pages post to `login`, with the request they belong to in the address. */
export function formTargetOf(
  { segment, params }: AuthorizeRequest,
  hidden: Record<string, string> = {},
): FormTarget {
  return { action: `/${segment}/login?${params.toString()}`, hidden }
}

const prompts = ['none', 'login', 'consent', 'select_account', 'create']

/** @throws EntraError that goes back to the client. */
export function checkAuthorizeRequest({ params, target, prompts: asked }: AuthorizeRequest): void {
  if (!responseModes.includes(target.responseMode)) {
    target.responseMode = 'query'
    throw new EntraError('invalid_request', 70007, "The value of 'response_mode' is not supported.")
  }
  if (params.get('response_type') !== 'code') {
    throw new EntraError(
      'unsupported_response_type',
      700054,
      "response_type is not enabled for the application: only 'code' is.",
    )
  }
  if ([...asked].some((prompt) => !prompts.includes(prompt))) {
    throw new EntraError('invalid_request', 90023, "The value of 'prompt' is not supported.")
  }
  if (!params.get('scope')) throw missingParameter('scope')
  refuseResourceParameter(params)
}

/** The user that the opaque `login_hint` claim means. */
export function userOfHintClaim(claim: string | null): SampleUser | undefined {
  if (!claim?.startsWith('O.')) return undefined
  const decoded = Buffer.from(claim.slice(2), 'base64url').toString('utf8')
  return findUser(decoded.replace(/^hint:/, ''))
}

/** The user a `login_hint` means: a user principal name, or the opaque claim of that name. */
export function userOfHint(hint: string | null): SampleUser | undefined {
  return userOfHintClaim(hint) ?? findUserByName(hint ?? '')
}
