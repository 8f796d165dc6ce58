import { callPath } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, requireCaller } from '../caller/caller.ts'
import { Failure } from '../failure.ts'
import { traceHeadersOf } from '../http/trace-context.ts'
import { requireSuccess } from './answers.ts'
import type { Call } from './calls.ts'
import { challengedClaims } from './claims-challenge.ts'
import type { OutboundAnswer } from '../outbound/exchange.ts'
import type { DownstreamClient } from './client.ts'
import { ConcurrentCalls } from './concurrent-calls.ts'

export interface DownstreamOptions {
  calls: readonly Call[]
  client: DownstreamClient
}

/** Besides the trace, the only headers that go from the caller to the API, and from the API to the caller. */
const passedUp = ['accept-language', 'if-none-match'] as const
const passedDown = ['content-type', 'etag', 'request-id', 'client-request-id'] as const

/** One route for each row of the table of calls. */
export async function downstream(
  api: FastifyInstance,
  { calls, client }: DownstreamOptions,
): Promise<void> {
  api.addHook('onClose', () => client.close())
  const concurrent = new ConcurrentCalls()
  for (const call of calls) {
    api.get(callPath(call.id), async (request, reply) => {
      const caller = requireCaller(request)
      const query = queryOf(call, request)
      const headers = headersOf(request)
      const { socket } = request.raw
      const send = (token: string) => client.send(call, query, token, headers, socket)
      const answer = await concurrent.run(caller.name, () => callWithToken(call, caller, send))
      requireSuccess(call, answer)
      await caller.touch(reply).catch((error: unknown) => {
        request.log.warn({ err: error }, 'the idle expiry of the session was not moved')
      })
      return passOn(answer, reply)
    })
  }
}

/** @param send sends the request with an access token */
async function callWithToken(
  { id, scopes }: Call,
  caller: Caller,
  send: (token: string) => Promise<OutboundAnswer>,
): Promise<OutboundAnswer> {
  const token = await caller.accessToken(scopes)
  const answer = await send(token)
  if (answer.status !== 401) return answer
  // An API can refuse a token that has not expired. One new token is tried; more tries could loop.
  const rejected = { token, claims: claimsOf(answer) }
  const second = await send(await caller.accessToken(scopes, rejected))
  if (second.status !== 401) return second
  throw await caller.challenge(`${id} refuses each token`, claimsOf(second))
}

function claimsOf({ headers }: OutboundAnswer): string | undefined {
  return challengedClaims(headers['www-authenticate'])
}

function queryOf(call: Call, request: FastifyRequest): string {
  const start = request.url.indexOf('?')
  if (start === -1) return ''
  const query = new URLSearchParams(request.url.slice(start))
  for (const name of query.keys()) {
    if (!call.query.includes(name)) {
      throw new Failure('invalid_request', `query parameter ${name} is not passed on`, {
        publicDetail: `This call takes ${call.query.length > 0 ? `only ${call.query.join(', ')}` : 'no query'}.`,
      })
    }
  }
  return query.size > 0 ? `?${query.toString()}` : ''
}

function headersOf(request: FastifyRequest): Record<string, string> {
  const headers: Record<string, string> = { 'client-request-id': request.id }
  for (const name of passedUp) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return Object.assign(headers, traceHeadersOf(request.headers))
}

/** @returns the body, not `reply`: Fastify would make a promise for its end */
function passOn(answer: OutboundAnswer, reply: FastifyReply): Buffer | FastifyReply {
  for (const name of passedDown) {
    const value = answer.headers[name]
    if (typeof value === 'string') reply.header(name, value)
  }
  reply.code(answer.status)
  return answer.status === 304 ? reply.send() : answer.body
}
