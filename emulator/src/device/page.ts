import { nameOf } from '../directory/clients.ts'
import { findUserByName, sampleUsers, type SampleUser } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, send, type Reply } from '../http/reply.ts'
import { approve, devicePath as action } from './endpoint.ts'
import type { DeviceCode } from '../grants/device-codes.ts'
import { alert, field, form, page, whoLine } from '../pages/markup.ts'
import { adminApprovalPage, consentPage, messagePage, pickerPage } from '../pages/pages.ts'
import { needsAdministrator, wordsFor } from '../scopes/permissions.ts'
import type { EntraState } from '../state.ts'

function codePage(error?: string): Reply {
  const content = field({
    name: 'user_code',
    label: 'Code',
    error,
    more: 'class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus',
  })
  return html(
    error === undefined ? 200 : 400,
    page(
      'Enter code',
      `<p>Enter the code displayed on your app or device.</p>
${alert(error)}${form({ action }, content)}`,
    ),
  )
}

function confirmPage(code: DeviceCode, user: SampleUser, appName: string): Reply {
  const buttons = `<div class="row end"><button name="action" value="cancel">Cancel</button>
<button class="primary" name="action" value="accept">Continue</button></div>`
  const hidden = { user_code: code.userCode, username: user.username }
  const text = `Are you trying to sign in to ${appName}?`
  return html(200, page(text, `${whoLine(user)}${form({ action, hidden }, buttons)}`))
}

const done = () =>
  html(
    200,
    messagePage('You have signed in', 'You may now close this window and go back to your device.'),
  )

/** The page `/devicelogin`: code, account, consent or confirmation. */
export function deviceSignInPage(state: EntraState, exchange: Exchange): void {
  const typed = exchange.form.get('user_code') ?? exchange.query.get('otc')
  if (typed === null) {
    send(exchange.res, codePage())
    return
  }
  const code = state.deviceCodes.findWaiting(typed)
  send(
    exchange.res,
    code
      ? nextPage(state, exchange, code)
      : codePage('AADSTS70019: That code didn’t work. Check the code and try again.'),
  )
}

function nextPage(state: EntraState, exchange: Exchange, code: DeviceCode): Reply {
  const { form: fields } = exchange
  const chosen = fields.get('action')
  if (chosen === 'cancel' || chosen === 'refuse') {
    code.outcome = { kind: 'declined' }
    return html(
      200,
      messagePage('You declined', 'Nobody was signed in. You may close this window.'),
    )
  }
  const client = state.clients.find(code.clientId)
  const appName = client ? nameOf(client) : code.clientId
  const username = state.automaticUser ?? fields.get('username')
  const user = findUserByName(username ?? '')
  if (!user) {
    const error =
      username === null ? undefined : `AADSTS50034: The user account ${username} does not exist.`
    const target = { action, hidden: { user_code: code.userCode } }
    return html(
      error === undefined ? 200 : 400,
      pickerPage(target, { users: sampleUsers, appName, error }),
    )
  }
  return decide(state, exchange, code, user, appName)
}

function decide(
  state: EntraState,
  exchange: Exchange,
  code: DeviceCode,
  user: SampleUser,
  appName: string,
): Reply {
  const missing = state.consents.missing(user.id, code.clientId, code.request)
  const automatic = state.automaticUser !== undefined
  const hidden = { user_code: code.userCode, username: user.username }
  const consent = { user, appName, permissions: missing.map(wordsFor) }
  if (!automatic && !user.administrator && missing.some(needsAdministrator)) {
    return html(200, adminApprovalPage({ action, hidden }, consent))
  }
  if (automatic || exchange.form.get('action') === 'accept') {
    approve(state, code, user, state.sessions.signIn(exchange, user.id).sid)
    return done()
  }
  if (missing.length > 0) return html(200, consentPage({ action, hidden }, consent))
  return confirmPage(code, user, appName)
}
