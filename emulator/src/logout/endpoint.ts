import type { AccountSession } from '../browser-sessions.ts'
import { hasRedirectUri, type ClientRegistration } from '../directory/clients.ts'
import { userOfHintClaim } from '../directory/login-hint.ts'
import { findUserByName } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { redirect, type Reply } from '../http/reply.ts'
import type { EntraState } from '../state.ts'
import { readIdTokenHint } from './id-token-hint.ts'
import { accountChoicePage, signedOutPage } from './pages.ts'

/** Signs accounts out of the browser, and tells their clients (OpenID Connect Front-Channel Logout). */
export async function logout(state: EntraState, exchange: Exchange): Promise<Reply> {
  const params = new URLSearchParams([...exchange.query, ...exchange.form])
  const accounts = state.sessions.accounts(exchange)
  const hint = await readIdTokenHint(params.get('id_token_hint'), state.keys)
  const userId = chosenUser(params, exchange)?.id ?? hint.userId
  if (userId === undefined && accounts.length > 0 && !params.has('all')) {
    return accountChoicePage(exchange, accounts)
  }
  const ended = accounts.filter((account) => userId === undefined || account.userId === userId)
  state.sessions.signOut(exchange, ended)
  const frames = ended.flatMap((account) => frontChannelUrls(state, account))
  const returnTo = returnAddress(askingClients(state, ended, hint.clientId), params)
  if (returnTo !== undefined && frames.length === 0) return redirect(returnTo)
  return signedOutPage(frames, returnTo)
}

/** The account chosen on the page, else that of `logout_hint`, which is a `login_hint` claim. */
const chosenUser = (params: URLSearchParams, { form }: Exchange) =>
  findUserByName(form.get('username') ?? '') ?? userOfHintClaim(params.get('logout_hint'))

/**
 * The clients that may have sent the browser here: the client of the ID token hint, else the clients
 * of the sessions that end. Microsoft documents no `client_id` for this endpoint (v2-protocols-oidc,
 * "Send a sign-out request").
 */
function askingClients(
  { clients }: EntraState,
  ended: readonly AccountSession[],
  hinted: string | undefined,
): ClientRegistration[] {
  const ids = hinted === undefined ? ended.flatMap(({ clientIds }) => [...clientIds]) : [hinted]
  return ids.map((id) => clients.find(id)).filter((client) => client !== undefined)
}

/** The front-channel logout URLs of a session's clients. As at Entra, they have `sid`, no `iss`. */
function frontChannelUrls({ clients }: EntraState, { clientIds, sid }: AccountSession): string[] {
  const uris = [...clientIds].map((id) => clients.find(id)?.frontChannelLogoutUri)
  return uris
    .filter((uri) => uri !== undefined)
    .map((uri) => {
      const url = new URL(uri)
      url.searchParams.set('sid', sid)
      return url.href
    })
}

/**
 * The `post_logout_redirect_uri`, if a client has registered it: "This URL must match one of the
 * redirect URIs registered for your application" (Microsoft, v2-protocols-oidc).
 */
function returnAddress(
  clients: readonly ClientRegistration[],
  params: URLSearchParams,
): string | undefined {
  const wanted = params.get('post_logout_redirect_uri')
  if (wanted === null) return undefined
  if (!clients.some((client) => hasRedirectUri(client, wanted))) return undefined
  const url = new URL(wanted)
  const state = params.get('state')
  if (state !== null) url.searchParams.set('state', state)
  return url.href
}
