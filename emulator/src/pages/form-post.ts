import { html, type Reply } from '../http/reply.ts'
import { form, page } from './markup.ts'

export const submitScript = 'document.forms[0].submit()'

/** Posts fields to another site (OAuth 2.0 Form Post Response Mode): by script, or by a button. */
export function formPostPage(action: string, fields: Record<string, string>): Reply {
  const content = form({ action, hidden: fields }, '<button class="primary">Continue</button>')
  const title = 'Returning to the application'
  return html(200, page(title, `${content}<script>${submitScript}</script>`))
}
