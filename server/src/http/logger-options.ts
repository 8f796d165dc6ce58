import type { FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import { pathOf } from './path.ts'

/** Receives log lines in place of standard output. */
export interface LogStream {
  write: (line: string) => void
}

/**
 * Logs JSON lines. For a request, a line holds method, path and address alone: the query can hold a
 * code or a state, and the headers can hold a cookie or a token.
 */
export function loggerOptions(level: string, stream?: LogStream) {
  return {
    level,
    ...(stream && { stream }),
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        path: pathOf(request.url),
        address: addressOf(request),
      }),
      res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
      err: serializeError,
    },
  }
}

interface LoggedError {
  [name: string]: unknown
  type: string
  message: string
  stack: string
}

/** Other members of an error are not logged: they can hold a response with tokens. */
function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...(error.cause !== undefined && { cause: serializeError(error.cause) }),
  }
}
