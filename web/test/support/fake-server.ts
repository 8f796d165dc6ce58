import { csrfHeader } from '@entra-bff/shared'
import { vi } from 'vitest'
import { problem, type Answer } from './answers.ts'

export type Reply = Answer | 'unreachable' | 'silent'
/**
 * The key is the path with its query, or the path alone. A method other than GET goes before it. The
 * replies of a list are given in turn, and the last one repeats.
 */
export type Replies = Record<string, Reply | Reply[]>

/** The server at the HTTP level: the only thing that these tests fake. */
export function startFakeServer(replies: Replies) {
  const requests: string[] = []
  const headers: Headers[] = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const request = !init.method || init.method === 'GET' ? path : `${init.method} ${path}`
    requests.push(request)
    headers.push(new Headers(init.headers))
    if (headers.at(-1)?.get(csrfHeader.name) !== csrfHeader.value)
      return Promise.resolve(toResponse(problem(403, 'csrf_failed')))
    return respond(replyTo(replies, request), init.signal)
  })
  return { requests, headers, replies }
}

function replyTo(replies: Replies, request: string): Reply {
  const key = request in replies ? request : (request.split('?')[0] ?? request)
  const reply = replies[key] ?? problem(404, 'not_found')
  if (!Array.isArray(reply)) return reply
  const [next] = reply.length > 1 ? reply.splice(0, 1) : reply
  if (!next) throw new Error(`No reply is left for ${request}`)
  return next
}

function respond(reply: Reply, signal: AbortSignal | null | undefined): Promise<Response> {
  if (reply === 'unreachable') return Promise.reject(new TypeError('Failed to fetch'))
  if (reply !== 'silent') return Promise.resolve(toResponse(reply))
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new DOMException('Aborted', 'AbortError'))
    })
  })
}

function toResponse({ status, body, headers }: Answer) {
  return new Response(body, { status, headers: headers ?? {} })
}
