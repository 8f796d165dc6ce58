import { randomUUID } from 'node:crypto'
import type { SampleUser } from '../directory/users.ts'
import { codeAndText, timestamp, type EntraError } from '../errors/entra-error.ts'
import {
  accountList,
  alert,
  escape,
  field,
  form,
  page,
  whoLine,
  type FormTarget,
} from './markup.ts'

interface Picker {
  users: readonly SampleUser[]
  appName: string
  error?: string | undefined
}

export function pickerPage(target: FormTarget, { users, appName, error }: Picker): string {
  const other = field({
    name: 'username',
    label: 'Use another account',
    error,
    more: 'autocomplete="username" autocapitalize="none" spellcheck="false" placeholder="name@contoso.onmicrosoft.com"',
  })
  const cancel = '<button name="action" value="cancel">Cancel</button>'
  return page(
    'Pick an account',
    `<p>to continue to <strong>${escape(appName)}</strong>. Sample users have no passwords.</p>
${alert(error)}${form(target, accountList('username', users))}${form(target, other)}${form(target, cancel)}`,
  )
}

interface Consent {
  user: SampleUser
  appName: string
  permissions: readonly string[]
}

const permissionList = (permissions: readonly string[]) =>
  `<ul class="permissions">${permissions.map((text) => `<li>${escape(text)}</li>`).join('')}</ul>`

export function consentPage(target: FormTarget, { user, appName, permissions }: Consent): string {
  return page(
    'Permissions requested',
    `${whoLine(user)}<p><strong>${escape(appName)}</strong> would like to:</p>
${permissionList(permissions)}
${form(
  target,
  `<div class="row end"><button name="action" value="cancel">No, cancel</button>
<button class="primary" name="action" value="accept">Accept</button></div>`,
)}`,
  )
}

export function adminApprovalPage(target: FormTarget, { user, appName, permissions }: Consent) {
  return page(
    'Need admin approval',
    `${whoLine(user)}<p><strong>${escape(appName)}</strong> needs permission to access resources
in your organization that only an admin can grant:</p>
${permissionList(permissions)}<p><small>AADSTS90094</small></p>
${form(target, '<button name="action" value="refuse">Return to the application without granting consent</button>')}`,
  )
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escape(text)}</p>`)
}

/** An error nobody but the person at the screen can be told. */
export function errorPage(error: EntraError, correlationId: string): string {
  const details = Object.entries({
    'Trace ID': randomUUID(),
    'Correlation ID': correlationId,
    Timestamp: timestamp(),
  })
  const list = details.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`)
  return page(
    'Sorry, but we’re having trouble signing you in',
    `<p>${escape(codeAndText(error))}</p><dl>${list.join('')}</dl>`,
  )
}

export const submitScript = 'document.forms[0].submit()'

/** Sends an answer on as a form post; without JavaScript a button does it. */
export function formPostPage(action: string, fields: Record<string, string>): string {
  const content = form({ action, hidden: fields }, '<button class="primary">Continue</button>')
  return page('Returning to the application', `${content}<script>${submitScript}</script>`)
}
