import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { Failure } from '../failure.ts'
import { problemTexts } from './problem-texts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** True once the line of this request is written. */
    isLogged: boolean
  }
}

/** A request that takes longer is logged at `info`, whatever it does. */
const slowMs = 1_000

/**
 * Writes one line for a request, when the answer is complete or the request has failed. A quick read
 * that succeeds is logged at `debug`, every other request at `info` or above: a line for each read
 * would take a third of the server's capacity.
 */
export class RequestLog extends LogController {
  override incomingRequest(): void {
    // The line at the end tells the same.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (request.isLogged) return
    const { log } = request
    const facts = factsOf(request, reply)
    if (error) log.error({ ...facts, err: error }, 'request errored')
    else log[isQuickRead(facts) ? 'debug' : 'info'](facts, 'request completed')
  }

  /** Fastify's own line would not name the request. */
  override streamError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') logClientGone(reply)
    else if (error instanceof Failure) logFailure(request, reply, error)
    else request.log.warn({ ...factsOf(request, reply), err: error }, 'the answer broke off')
  }
}

/** Logs a request whose client closed the connection before the answer was complete. */
export function logClientGone(reply: FastifyReply): void {
  const { request } = reply
  if (request.isLogged) return
  request.isLogged = true
  // No status: the client got none.
  const facts = { req: request, responseTime: reply.elapsedTime }
  request.log.info(facts, 'the client closed the connection')
}

/** Logs a failure at once: for a client that has gone, no answer is ever complete. */
export function logFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  request.isLogged = true
  const { code, message: reason } = failure
  const facts = { ...factsOf(request, reply), code }
  if (isFault(failure)) request.log.error({ ...facts, err: failure }, 'request failed')
  else request.log.info({ ...facts, reason }, 'request refused')
}

function factsOf(request: FastifyRequest, reply: FastifyReply) {
  return { req: request, res: reply, responseTime: reply.elapsedTime }
}

/** Missing settings are no fault: they are logged once, at the start of the server. */
function isFault({ code }: Failure): boolean {
  return problemTexts[code].status >= 500 && code !== 'config_missing'
}

function isQuickRead({ req, res, responseTime }: ReturnType<typeof factsOf>): boolean {
  const isRead = req.method === 'GET' || req.method === 'HEAD'
  const isGood = (res.statusCode >= 200 && res.statusCode < 300) || res.statusCode === 304
  return isRead && isGood && responseTime < slowMs
}
