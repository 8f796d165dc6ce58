import type { SampleUser } from '../directory/users.ts'
import { html, type Reply } from '../http/reply.ts'
import { escape, form, page, whoLine, type FormTarget } from '../pages/markup.ts'

/** Asks a user to prove once more, or more strongly, who they are. */
export function proofPage(target: FormTarget, user: SampleUser, appName: string): Reply {
  const buttons = `<div class="row end"><button name="action" value="cancel">Cancel</button>
<button class="primary" name="action" value="approve">Approve on your phone</button></div>`
  const content = `${whoLine(user)}<p><strong>${escape(appName)}</strong> needs to know that it is you. There is no phone: the button approves.</p>
${form(target, buttons)}`
  return html(200, page('Verify your identity', content))
}
