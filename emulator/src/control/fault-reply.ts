import { setTimeout as pause } from 'node:timers/promises'
import { clientErrorReply, replyTargetOf } from '../authorize/reply.ts'
import type { EndpointName } from '../endpoint-names.ts'
import { EntraError, errorReply } from '../errors/entra-error.ts'
import type { Exchange } from '../http/exchange.ts'
import { html, json, type Reply } from '../http/reply.ts'
import type { EntraFault, Fault } from './faults.ts'

/** The reply of a planned fault. `none`: send nothing. `undefined`: let the endpoint answer. */
export async function faultReply(
  fault: Fault,
  endpoint: EndpointName,
  exchange: Exchange,
): Promise<Reply | 'none' | undefined> {
  if (fault.delayMs !== undefined) await pause(fault.delayMs)
  if (fault.reset) exchange.req.socket.destroy()
  if (fault.reset || fault.hang) return 'none'
  const reply = fault.entraError
    ? entraReply(fault.entraError, fault.status ?? 400, endpoint, exchange)
    : plainReply(fault)
  if (!reply) return undefined
  const { retryAfter, headers } = fault
  const waiting = retryAfter !== undefined && { 'retry-after': String(retryAfter) }
  return { ...reply, headers: { ...reply.headers, ...waiting, ...headers } }
}

function plainReply({ status, body }: Fault): Reply | undefined {
  if (status === undefined && body === undefined) return undefined
  if (typeof body === 'string') return html(status ?? 500, body)
  return json(status ?? 500, body ?? defaultBody(status))
}

const defaultBody = (status: number | undefined) => ({
  error: { code: status === 429 ? 'TooManyRequests' : 'ServiceUnavailable', message: 'Planned.' },
})

function entraReply(
  { error, aadsts = 90000, suberror, claims, description }: EntraFault,
  status: number,
  endpoint: EndpointName,
  exchange: Exchange,
): Reply {
  const details = { status, suberror, claims }
  const planned = new EntraError(error, aadsts, description ?? 'A planned failure.', details)
  const params = new URLSearchParams([...exchange.query, ...exchange.form])
  const redirectUri = params.get('redirect_uri')
  if (endpoint !== 'authorize' || redirectUri === null || !URL.canParse(redirectUri)) {
    return errorReply(planned, exchange.correlationId)
  }
  return clientErrorReply(replyTargetOf(params, redirectUri), planned, exchange.correlationId)
}
