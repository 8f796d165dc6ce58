import type { SampleUser } from '../directory/users.ts'
import { html, type Reply } from '../http/reply.ts'
import { escape, form, page, whoLine, type FormTarget } from '../pages/markup.ts'
import { wordsFor } from '../scopes/permissions.ts'
import { adminOnlyScopes } from './consents.ts'

interface Consent {
  user: SampleUser
  appName: string
  /** The scopes that the user has not consented to. */
  scopes: readonly string[]
}

/** Asks for consent, or says that only an administrator can consent to some of the scopes. */
export function consentPage(target: FormTarget, consent: Consent): Reply {
  const adminOnly = adminOnlyScopes(consent.user, consent.scopes)
  return adminOnly.length > 0
    ? needApproval(target, { ...consent, scopes: adminOnly })
    : permissionsRequested(target, consent)
}

const permissionList = (scopes: readonly string[]) =>
  `<ul class="permissions">${scopes.map((scope) => `<li>${escape(wordsFor(scope))}</li>`).join('')}</ul>`

function permissionsRequested(target: FormTarget, { user, appName, scopes }: Consent): Reply {
  const buttons = `<div class="row end"><button name="action" value="cancel">No, cancel</button>
<button class="primary" name="action" value="accept">Accept</button></div>`
  const content = `${whoLine(user)}<p><strong>${escape(appName)}</strong> would like to:</p>
${permissionList(scopes)}
${form(target, buttons)}`
  return html(200, page('Permissions requested', content))
}

function needApproval(target: FormTarget, { user, appName, scopes }: Consent): Reply {
  const button =
    '<button name="action" value="refuse">Return to the application without granting consent</button>'
  const content = `${whoLine(user)}<p><strong>${escape(appName)}</strong> needs permission to access resources
in your organization that only an admin can grant:</p>
${permissionList(scopes)}<p><small>AADSTS90094</small></p>
${form(target, button)}`
  return html(200, page('Need admin approval', content))
}
