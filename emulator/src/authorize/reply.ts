import { randomUUID } from 'node:crypto'
import { describe, type EntraError } from '../errors/entra-error.ts'
import { redirect, type Reply } from '../http/reply.ts'
import { formPostPage } from '../pages/form-post.ts'

const responseModes = ['query', 'fragment', 'form_post']

/** Where the answer to an authorization request goes, and how. */
export interface ReplyTarget {
  redirectUri: string
  responseMode: string
  state: string | undefined
}

export const isResponseMode = (mode: string) => responseModes.includes(mode)

/** The target that a request names. A missing or unknown `response_mode` counts as `query`. */
export function replyTargetOf(params: URLSearchParams, redirectUri: string): ReplyTarget {
  const mode = params.get('response_mode') ?? 'query'
  const [state, ...more] = params.getAll('state')
  return {
    redirectUri,
    responseMode: isResponseMode(mode) ? mode : 'query',
    // A repeated state is an error, so neither of its values is sent back.
    state: more.length > 0 ? undefined : state,
  }
}

/** Sends an authorization answer to the client, through the browser. */
export function clientReply(target: ReplyTarget, answer: Record<string, string>): Reply {
  const params = new URLSearchParams(answer)
  if (target.state !== undefined) params.set('state', target.state)
  if (target.responseMode === 'form_post') {
    return formPostPage(target.redirectUri, Object.fromEntries(params))
  }
  const url = new URL(target.redirectUri)
  if (target.responseMode === 'fragment') url.hash = params.toString()
  else for (const [name, value] of params) url.searchParams.set(name, value)
  return redirect(url.href)
}

/** Sends an error to the client, through the browser (RFC 6749 section 4.1.2.1). */
export function clientErrorReply(target: ReplyTarget, error: EntraError, correlationId: string) {
  return clientReply(target, {
    error: error.error,
    error_description: describe(error, correlationId, randomUUID()),
    ...(error.suberror !== undefined && { error_subcode: error.suberror }),
    ...(error.claims !== undefined && { claims: error.claims }),
  })
}
