import type { SampleUser } from '../directory.ts'
import { style } from './style.ts'

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)

export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Local emulator</title>
<style>${style}</style>
</head>
<body>
<p class="ribbon">Local emulator. This is not Microsoft.</p>
<main>
<h1>${escape(title)}</h1>
${content}
</main>
</body>
</html>`
}

/** Where a page's buttons lead: the address its form is posted to, and what goes along. */
export interface FormTarget {
  action: string
  hidden?: Record<string, string>
}

export function form({ action, hidden = {} }: FormTarget, content: string): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  )
  return `<form method="post" action="${escape(action)}">${fields.join('')}${content}</form>`
}

export const alert = (text: string | undefined): string =>
  text === undefined ? '' : `<p class="alert" role="alert">${escape(text)}</p>`

const initials = (user: SampleUser) => `${user.givenName.slice(0, 1)}${user.surname.slice(0, 1)}`

function accountButton(user: SampleUser): string {
  return `<li><button class="account" name="username" value="${escape(user.username)}">
<span class="initials" aria-hidden="true">${escape(initials(user))}</span>
<span><strong>${escape(user.displayName)}</strong><small>${escape(user.username)}</small></span>
</button></li>`
}

interface Picker {
  users: readonly SampleUser[]
  appName: string
  error?: string | undefined
}

export function pickerPage(target: FormTarget, { users, appName, error }: Picker): string {
  const list = `<ul>${users.map(accountButton).join('')}</ul>`
  const other = `<label for="username">Use another account</label>
<div class="row"><input id="username" name="username" autocomplete="username" placeholder="someone@contoso.onmicrosoft.com" required><button class="primary">Next</button></div>`
  const cancel = '<button name="action" value="cancel">Cancel</button>'
  return page(
    'Pick an account',
    `<p>to continue to <strong>${escape(appName)}</strong>. Sample users have no passwords.</p>
${alert(error)}${form(target, list)}${form(target, other)}${form(target, cancel)}`,
  )
}

interface Consent {
  user: SampleUser
  appName: string
  permissions: readonly string[]
}

export function consentPage(target: FormTarget, { user, appName, permissions }: Consent): string {
  const list = permissions.map((text) => `<li>${escape(text)}</li>`).join('')
  return page(
    'Permissions requested',
    `<p>${escape(user.username)}</p><p><strong>${escape(appName)}</strong> would like to:</p>
<ul class="permissions">${list}</ul>
${form(
  target,
  `<div class="row end"><button name="action" value="cancel">No, cancel</button>
<button class="primary" name="action" value="accept">Accept</button></div>`,
)}`,
  )
}

export function adminApprovalPage(target: FormTarget, { user, appName, permissions }: Consent) {
  const list = permissions.map((text) => `<li>${escape(text)}</li>`).join('')
  return page(
    'Need admin approval',
    `<p>${escape(user.username)}</p><p><strong>${escape(appName)}</strong> needs permission to
access resources in your organization that only an admin can grant:</p>
<ul class="permissions">${list}</ul><p><small>AADSTS90094</small></p>
${form(target, '<button name="action" value="refuse">Return to the application without granting consent</button>')}`,
  )
}

export function messagePage(title: string, text: string, more = ''): string {
  return page(title, `<p>${escape(text)}</p>${more}`)
}

/** Sends an answer on as a form post; without JavaScript a button does it. */
export function formPostPage(action: string, fields: Record<string, string>): string {
  const content = form({ action, hidden: fields }, '<button class="primary">Continue</button>')
  return page('Returning to the application', `${content}<script>${submitScript}</script>`)
}

export const submitScript = 'document.forms[0].submit()'
