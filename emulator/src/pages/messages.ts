import { randomUUID } from 'node:crypto'
import { codeAndText, timestamp, type EntraError } from '../errors/entra-error.ts'
import { html, type Reply } from '../http/reply.ts'
import { escape, page } from './markup.ts'

export function messagePage(status: number, title: string, text: string): Reply {
  return html(status, page(title, `<p>${escape(text)}</p>`))
}

/** Shows an error that cannot be sent to a client. */
export function errorPage(error: EntraError, correlationId: string): Reply {
  const details = Object.entries({
    'Trace ID': randomUUID(),
    'Correlation ID': correlationId,
    Timestamp: timestamp(),
  })
  const list = details.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`)
  const content = `<p>${escape(codeAndText(error))}</p><dl>${list.join('')}</dl>`
  return html(error.status, page('Sorry, but we’re having trouble signing you in', content))
}
