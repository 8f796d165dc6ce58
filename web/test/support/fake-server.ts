import { csrfHeader } from '@entra-bff/shared'
import { vi } from 'vitest'
import { problem, type Answer } from './answers.ts'

export type Reply = Answer | 'unreachable' | 'silent'
/** By path with query, then by path alone. A list answers in turn; its last reply stays. */
export type Replies = Record<string, Reply | Reply[]>

/** The server at the HTTP level: the only thing that these tests fake. */
export function startFakeServer(replies: Replies) {
  const requests: string[] = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    requests.push(path)
    if (new Headers(init.headers).get(csrfHeader.name) !== csrfHeader.value)
      return Promise.resolve(toResponse(problem(403, 'csrf_failed')))
    return respond(replyTo(replies, path), init.signal)
  })
  return { requests, replies }
}

function replyTo(replies: Replies, path: string): Reply {
  const key = path in replies ? path : (path.split('?')[0] ?? path)
  const reply = replies[key] ?? problem(404, 'not_found')
  if (!Array.isArray(reply)) return reply
  const [next] = reply.length > 1 ? reply.splice(0, 1) : reply
  if (!next) throw new Error(`No reply is left for ${path}`)
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
