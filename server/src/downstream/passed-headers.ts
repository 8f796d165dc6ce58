import type { FastifyRequest } from 'fastify'
import { isGuid } from '../config/guid.ts'
import { traceHeadersOf } from '../http/trace-context.ts'

/** Besides the trace, the only headers that go from the caller to the API. */
export const requestHeaders = ['Accept-Language', 'If-None-Match'] as const
/** The ids of a request at the API, for its support. A failure carries them, too. */
export const idHeaders = ['request-id', 'client-request-id'] as const
/** Besides the ids and the type, the only headers that go from the API to the caller. */
export const answerHeaders = ['ETag', 'Content-Disposition'] as const
/** The same of a stream. Other answers have a length of this server. */
export const streamHeaders = [...answerHeaders, 'Content-Length'] as const

/** Names as Node gives them. The document has them as they are usually written. */
export function lowerCased(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toLowerCase())
}

/** The headers by which a request can be followed to the API. Graph takes only a GUID as an id. */
export function tracingHeaders({ id, headers }: FastifyRequest): Record<string, string> {
  return { ...(isGuid(id) && { 'client-request-id': id }), ...traceHeadersOf(headers) }
}
