import type { FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import { pathOf } from './path.ts'

/** Where log lines go: pino's stream, or standard output. */
export interface LogStream {
  write: (line: string) => void
}

/**
 * JSON lines. A request is logged by method and path alone: its query can hold a code or a state,
 * its headers a cookie or a token.
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

/** Name, message, stack and cause; never other members, which can hold a token's answer. */
function serializeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack ?? '',
    ...(error.cause !== undefined && { cause: serializeError(error.cause) }),
  }
}
