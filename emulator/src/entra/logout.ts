import { decodeJwt } from 'jose'
import type { ClientRegistry } from '../clients.ts'
import { findUser } from '../directory.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, redirect, send } from '../http/replies.ts'
import { userOfHint } from './authorize-request.ts'
import { accountList, escape, form, page } from './markup.ts'
import type { AccountSession } from './sessions.ts'
import type { EntraState } from './state.ts'
import { contentSecurityPolicy } from './style.ts'

function parametersOf({ query, form: fields }: Exchange): URLSearchParams {
  return new URLSearchParams([...query, ...fields])
}

function hintedUserId(params: URLSearchParams): string | undefined {
  const hinted = userOfHint(params.get('logout_hint'))
  if (hinted) return hinted.id
  try {
    const oid = decodeJwt(params.get('id_token_hint') ?? '')['oid']
    return typeof oid === 'string' ? oid : undefined
  } catch {
    return undefined
  }
}

/** Ends the emulator's session and tells the clients of that session. */
export function logout(state: EntraState, exchange: Exchange): void {
  const params = parametersOf(exchange)
  const accounts = state.sessions.accounts(exchange)
  const userId = hintedUserId(params)
  const meant = userId === undefined ? accounts : accounts.filter((a) => a.userId === userId)
  if (userId === undefined && accounts.length > 1 && params.get('all') === null) {
    send(exchange.res, html(200, choicePage(exchange, accounts)))
    return
  }
  state.sessions.signOut(exchange, meant)
  const frames = meant.flatMap((account) => frontChannelUrls(state.clients, account))
  const back = returnAddress(state.clients, params)
  if (back !== undefined && frames.length === 0) send(exchange.res, redirect(back))
  else sendSignedOutPage(exchange, frames, back)
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

/** Where to go afterwards: only an address that some client registered. */
function returnAddress(clients: ClientRegistry, params: URLSearchParams): string | undefined {
  const wanted = params.get('post_logout_redirect_uri')
  if (wanted === null) return undefined
  const registered = clients.all().some((client) => {
    return [...(client.postLogoutRedirectUris ?? []), ...client.redirectUris].includes(wanted)
  })
  if (!registered) return undefined
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
      `${accountList('logout_hint', users)}<button name="all" value="yes">All accounts</button>`,
    ),
  )
}
