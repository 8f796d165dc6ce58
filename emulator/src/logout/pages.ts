import type { AccountSession } from '../browser-sessions.ts'
import { findUser } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, type Reply } from '../http/reply.ts'
import { accountList, escape, form, page } from '../pages/markup.ts'
import { contentSecurityPolicy } from '../pages/style.ts'

export function accountChoicePage(exchange: Exchange, accounts: readonly AccountSession[]): Reply {
  const action = `${exchange.path}?${exchange.query.toString()}`
  const hidden = Object.fromEntries(exchange.form)
  const users = accounts.map(({ userId }) => findUser(userId)).filter((user) => user !== undefined)
  const buttons = `${accountList('username', users)}<button name="all" value="yes">All accounts</button>`
  const title = 'Which account do you want to sign out of?'
  return html(200, page(title, form({ action, hidden }, buttons)))
}

/** The script returns when the frames have loaded, or after one second: a client may be down. */
function returnScript(returnTo: string): string {
  return `const leave=()=>location.replace(${JSON.stringify(returnTo).replace(/</g, '\\u003c')});addEventListener('load',leave);setTimeout(leave,1000)`
}

/** Loads the front-channel logout URLs in frames, then returns to `returnTo` if there is one. */
export function signedOutPage(frames: string[], returnTo: string | undefined): Reply {
  const iframes = frames.map((url) => `<iframe title="Sign-out" src="${escape(url)}"></iframe>`)
  const script = returnTo === undefined ? undefined : returnScript(returnTo)
  const content = `<div class="frames" aria-hidden="true">${iframes.join('')}</div>
${script === undefined ? '' : `<script>${script}</script>`}
<p>It’s a good idea to close all browser windows.</p>
${returnTo === undefined ? '' : `<p><a class="button" href="${escape(returnTo)}">Return to the application</a></p>`}`
  const policy = contentSecurityPolicy(...(script === undefined ? [] : [script]))
  return html(200, page('You signed out of your account', content), {
    'content-security-policy': policy,
  })
}
