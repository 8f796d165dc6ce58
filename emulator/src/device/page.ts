import { adminOnlyScopes } from '../consent/consents.ts'
import { consentPage } from '../consent/page.ts'
import { nameOf } from '../directory/clients.ts'
import { findUserByName, sampleUsers, type SampleUser } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, type Reply } from '../http/reply.ts'
import type { DeviceCode } from '../issued/device-codes.ts'
import { accountPicker } from '../pages/account-picker.ts'
import { alert, field, form, page, whoLine, type FormTarget } from '../pages/markup.ts'
import { messagePage } from '../pages/messages.ts'
import { devicePath as action } from '../paths.ts'
import type { EntraState } from '../state.ts'
import { approve } from './approval.ts'

/** The page `/devicelogin`: code, then account, then consent or confirmation. */
export function deviceSignInPage(state: EntraState, exchange: Exchange): Reply {
  const typed = exchange.form.get('user_code') ?? exchange.query.get('otc')
  if (typed === null) return codePage()
  const code = state.deviceCodes.findPending(typed)
  if (!code) return codePage('AADSTS70019: That code didn’t work. Check the code and try again.')
  const chosen = exchange.form.get('action')
  if (chosen === 'cancel' || chosen === 'refuse') {
    code.outcome = { kind: 'declined' }
    const text = 'Nobody was signed in. You may close this window.'
    return messagePage(200, 'You declined', text)
  }
  return accountStep(state, exchange, code)
}

function accountStep(state: EntraState, exchange: Exchange, code: DeviceCode): Reply {
  const client = state.clients.find(code.clientId)
  const appName = client ? nameOf(client) : code.clientId
  const username = state.automaticUser ?? exchange.form.get('username')
  const user = findUserByName(username ?? '')
  if (user) return consentStep(state, exchange, code, user, appName)
  const target = { action, hidden: { user_code: code.userCode } }
  const error =
    username === null ? undefined : `AADSTS50034: The user account ${username} does not exist.`
  return accountPicker(target, { users: sampleUsers, appName, error })
}

function consentStep(
  state: EntraState,
  exchange: Exchange,
  code: DeviceCode,
  user: SampleUser,
  appName: string,
): Reply {
  const missing = state.consents.missing(user.id, code.clientId, code.requested)
  const isAutomatic = state.automaticUser !== undefined
  const isAccepted =
    exchange.form.get('action') === 'accept' && adminOnlyScopes(user, missing).length === 0
  if (isAutomatic || isAccepted) {
    approve(state, code, user, state.sessions.signIn(exchange, user.id).sid)
    const text = 'You may now close this window and go back to your device.'
    return messagePage(200, 'You have signed in', text)
  }
  const target = { action, hidden: { user_code: code.userCode, username: user.username } }
  return missing.length > 0
    ? consentPage(target, { user, appName, scopes: missing })
    : confirmationPage(target, user, appName)
}

function codePage(error?: string): Reply {
  const input = field({
    name: 'user_code',
    label: 'Code',
    error,
    attributes:
      'class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus',
  })
  const content = `<p>Enter the code displayed on your app or device.</p>
${alert(error)}${form({ action }, input)}`
  return html(error === undefined ? 200 : 400, page('Enter code', content))
}

function confirmationPage(target: FormTarget, user: SampleUser, appName: string): Reply {
  const buttons = `<div class="row end"><button name="action" value="cancel">Cancel</button>
<button class="primary" name="action" value="accept">Continue</button></div>`
  const title = `Are you trying to sign in to ${appName}?`
  return html(200, page(title, `${whoLine(user)}${form(target, buttons)}`))
}
