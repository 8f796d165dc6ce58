import type { Exchange } from '../http/exchange.ts'
import { html, json, send, type Reply } from '../http/reply.ts'
import { clientErrorReply } from '../authorize/reply.ts'
import { EntraError, errorReply } from '../errors/entra-error.ts'
import type { EntraFault, Fault } from './faults.ts'
import type { EndpointName } from './request-log.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Does what a fault says; `true` when the request is thereby answered, or never will be. */
export async function inject(
  fault: Fault,
  endpoint: EndpointName,
  exchange: Exchange,
): Promise<boolean> {
  if (fault.delayMs !== undefined) await pause(fault.delayMs)
  if (fault.reset) exchange.req.socket.destroy()
  if (fault.reset || fault.hang) return true
  const reply = replyFor(fault, endpoint, exchange)
  if (reply) send(exchange.res, reply)
  return reply !== undefined
}

function replyFor(fault: Fault, endpoint: EndpointName, exchange: Exchange): Reply | undefined {
  const { status, body, headers, retryAfter, entraError } = fault
  const extra = {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...headers,
  }
  if (entraError) {
    const reply = entraReply(entraError, status, endpoint, exchange)
    return { ...reply, headers: { ...reply.headers, ...extra } }
  }
  if (status === undefined && body === undefined) return undefined
  if (typeof body === 'string') return html(status ?? 500, body, extra)
  return json(status ?? 500, body ?? defaultBody(status ?? 500), extra)
}

const defaultBody = (status: number) => ({
  error: { code: status === 429 ? 'TooManyRequests' : 'ServiceUnavailable', message: 'Planned.' },
})

function entraReply(
  { error, aadsts = 90000, suberror, claims, description }: EntraFault,
  status: number | undefined,
  endpoint: EndpointName,
  exchange: Exchange,
): Reply {
  const details = { status: status ?? 400, suberror, claims }
  const failure = new EntraError(error, aadsts, description ?? 'A planned failure.', details)
  const params = new URLSearchParams([...exchange.query, ...exchange.form])
  const redirectUri = params.get('redirect_uri')
  if (endpoint !== 'authorize' || redirectUri === null || !URL.canParse(redirectUri)) {
    return errorReply(failure, exchange.correlationId)
  }
  const responseMode = params.get('response_mode') ?? 'query'
  const target = { redirectUri, responseMode, state: params.get('state') ?? undefined }
  return clientErrorReply(target, failure, exchange.correlationId)
}
