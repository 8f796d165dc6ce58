import { randomUUID } from 'node:crypto'
import { html, redirect, type Reply } from '../http/reply.ts'
import { describe, type EntraError } from '../errors/entra-error.ts'
import { formPostPage } from '../pages/pages.ts'

export const responseModes = ['query', 'fragment', 'form_post']

/** Where an authorization answer goes, and how it travels. */
export interface ReplyTarget {
  redirectUri: string
  responseMode: string
  state: string | undefined
}

/** Sends an authorization answer back to the client, through the browser. */
export function clientReply(target: ReplyTarget, answer: Record<string, string>): Reply {
  const params = new URLSearchParams(answer)
  if (target.state !== undefined) params.set('state', target.state)
  if (target.responseMode === 'form_post') {
    return html(200, formPostPage(target.redirectUri, Object.fromEntries(params)))
  }
  const url = new URL(target.redirectUri)
  if (target.responseMode === 'fragment') url.hash = params.toString()
  else for (const [name, value] of params) url.searchParams.set(name, value)
  return redirect(url.href)
}

export function clientErrorReply(target: ReplyTarget, error: EntraError, correlationId: string) {
  return clientReply(target, {
    error: error.error,
    error_description: describe(error, correlationId, randomUUID()),
    ...(error.suberror !== undefined && { error_subcode: error.suberror }),
    ...(error.claims !== undefined && { claims: error.claims }),
  })
}
