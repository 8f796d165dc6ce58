import { compactVerify, decodeJwt } from 'jose'
import {
  hasRedirectUri,
  type ClientRegistration,
  type ClientRegistry,
} from '../directory/clients.ts'
import { findUser, findUserByName } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, redirect, send } from '../http/reply.ts'
import { userOfHintClaim } from '../authorize/request.ts'
import { accountList, escape, form, page } from '../pages/markup.ts'
import type { AccountSession } from '../browser-sessions.ts'
import type { EntraState } from '../state.ts'
import { contentSecurityPolicy } from '../pages/style.ts'

interface Hints {
  /** The account to sign out; without it the user chooses. */
  userId?: string | undefined
  /** The client that an ID token was issued to. */
  clientId?: string | undefined
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** An ID token of this emulator names user and client, also after it has expired. */
async function hintsOfToken(idToken: string | null, { key }: EntraState): Promise<Hints> {
  if (idToken === null) return {}
  try {
    await compactVerify(idToken, key.publicKey)
  } catch {
    return {}
  }
  const { oid, aud } = decodeJwt(idToken)
  return { userId: text(oid), clientId: text(aud) }
}

/** Entra takes the `login_hint` claim as `logout_hint`, and no username. */
async function hintsOf(
  params: URLSearchParams,
  { form: posted }: Exchange,
  state: EntraState,
): Promise<Hints> {
  const fromToken = await hintsOfToken(params.get('id_token_hint'), state)
  // Our own page posts the account that was chosen.
  const chosen = findUserByName(posted.get('username') ?? '')
  const user = chosen ?? userOfHintClaim(params.get('logout_hint'))
  return { ...fromToken, ...(user && { userId: user.id }) }
}

/** Ends the emulator's session and tells the clients of that session. */
export async function logout(state: EntraState, exchange: Exchange): Promise<void> {
  const params = new URLSearchParams([...exchange.query, ...exchange.form])
  const accounts = state.sessions.accounts(exchange)
  const { userId, clientId } = await hintsOf(params, exchange, state)
  if (userId === undefined && accounts.length > 0 && params.get('all') === null) {
    send(exchange.res, html(200, choicePage(exchange, accounts)))
    return
  }
  const ended = accounts.filter((account) => userId === undefined || account.userId === userId)
  state.sessions.signOut(exchange, ended)
  const frames = ended.flatMap((account) => frontChannelUrls(state.clients, account))
  const back = returnAddress(clientsThatAsk(state.clients, ended, clientId), params)
  if (back !== undefined && frames.length === 0) send(exchange.res, redirect(back))
  else sendSignedOutPage(exchange, frames, back)
}

/**
 * Which clients may have sent the browser here. Microsoft documents no `client_id` for this endpoint
 * (v2-protocols-oidc, "Send a sign-out request"), so what is known is the client of an ID token, else
 * the clients of the sessions that end.
 */
function clientsThatAsk(
  clients: ClientRegistry,
  ended: readonly AccountSession[],
  clientId: string | undefined,
): ClientRegistration[] {
  const ids = clientId === undefined ? ended.flatMap((account) => [...account.clients]) : [clientId]
  return ids.map((id) => clients.find(id)).filter((client) => client !== undefined)
}

/** Each signed-in client's front-channel address, with `sid` and, as from Entra, without `iss`. */
function frontChannelUrls(clients: ClientRegistry, account: AccountSession): string[] {
  const uris = [...account.clients].map((id) => clients.find(id)?.frontChannelLogoutUri)
  return uris
    .filter((uri) => uri !== undefined)
    .map((uri) => {
      const url = new URL(uri)
      url.searchParams.set('sid', account.sid)
      return url.href
    })
}

/**
 * Where to go afterwards: "This URL must match one of the redirect URIs registered for your
 * application" (v2-protocols-oidc). Otherwise the browser stays on the page of the emulator.
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

/** Waits for the frames, but never longer than a second: a dead client must not hold a user. */
function leaveScript(back: string): string {
  return `const leave=()=>location.replace(${JSON.stringify(back).replace(/</g, '\\u003c')});addEventListener('load',leave);setTimeout(leave,1000)`
}

function sendSignedOutPage(exchange: Exchange, frames: string[], back: string | undefined): void {
  const iframes = frames.map((url) => `<iframe title="Sign-out" src="${escape(url)}"></iframe>`)
  const script = back === undefined ? undefined : leaveScript(back)
  const content = `<div class="frames" aria-hidden="true">${iframes.join('')}</div>
${script === undefined ? '' : `<script>${script}</script>`}
<p>It’s a good idea to close all browser windows.</p>
${back === undefined ? '' : `<p><a class="button" href="${escape(back)}">Return to the application</a></p>`}`
  const policy = contentSecurityPolicy(...(script === undefined ? [] : [script]))
  send(
    exchange.res,
    html(200, page('You signed out of your account', content), {
      'content-security-policy': policy,
    }),
  )
}

function choicePage(exchange: Exchange, accounts: readonly AccountSession[]): string {
  const action = `${exchange.path}?${exchange.query.toString()}`
  const hidden = Object.fromEntries(exchange.form)
  const users = accounts.map(({ userId }) => findUser(userId)).filter((user) => user !== undefined)
  return page(
    'Which account do you want to sign out of?',
    form(
      { action, hidden },
      `${accountList('username', users)}<button name="all" value="yes">All accounts</button>`,
    ),
  )
}
