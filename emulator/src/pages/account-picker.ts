import type { SampleUser } from '../directory/users.ts'
import { html, type Reply } from '../http/reply.ts'
import { accountList, alert, escape, field, form, page, type FormTarget } from './markup.ts'

interface AccountPicker {
  users: readonly SampleUser[]
  appName: string
  error?: string | undefined
}

/** The page "Pick an account". The status is 400 when the page shows an error. */
export function accountPicker(target: FormTarget, { users, appName, error }: AccountPicker): Reply {
  const other = field({
    name: 'username',
    label: 'Use another account',
    error,
    attributes:
      'autocomplete="username" autocapitalize="none" spellcheck="false" placeholder="name@contoso.onmicrosoft.com"',
  })
  const cancel = '<button name="action" value="cancel">Cancel</button>'
  const content = `<p>to continue to <strong>${escape(appName)}</strong>. Sample users have no passwords.</p>
${alert(error)}${form(target, accountList('username', users))}${form(target, other)}${form(target, cancel)}`
  return html(error === undefined ? 200 : 400, page('Pick an account', content))
}
