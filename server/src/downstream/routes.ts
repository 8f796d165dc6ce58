import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '../audit.ts'
import { EntraFailure } from '../entra/failures.ts'
import type { Refusal, Tokens } from '../tokens/session-tokens.ts'
import { Failure } from '../failure.ts'
import { requireSession } from '../caller/guard.ts'
import type { Prolonging } from '../session/renewal.ts'
import type { LiveSession } from '../session/sessions.ts'
import { whoOf } from '../session/record.ts'
import { requireSuccess } from './answers.ts'
import { CallsUnderWay } from './calls-under-way.ts'
import type { Call } from './calls.ts'
import { challengedClaims } from './claims-challenge.ts'
import type { DownstreamClient, UpstreamAnswer } from './client.ts'
import type { TokenFailures } from './token-failures.ts'

export interface DownstreamOptions {
  calls: readonly Call[]
  client: DownstreamClient
  prolonging: Prolonging
  tokens: Tokens
  failures: TokenFailures
}

/** Of the caller's headers, only these go upstream; of the API's, only these come back. */
const passedUp = ['accept-language', 'if-none-match'] as const
const passedDown = ['content-type', 'etag', 'request-id', 'client-request-id'] as const

/** One route for each row of the table of calls. */
export function downstreamRoutes(
  api: FastifyInstance,
  options: DownstreamOptions,
  done: () => void,
): void {
  const underWay = new CallsUnderWay()
  for (const call of options.calls) {
    api.get(`/${call.id}`, async (request, reply) => {
      const session = requireSession(request)
      const answer = await underWay.run(session.key, request.raw.socket, (signal) => {
        return answerOf(call, { session, request, signal }, options)
      })
      requireSuccess(call, answer)
      await options.prolonging.prolong(request, reply, session).catch((error: unknown) => {
        request.log.warn({ err: error }, 'the session was not prolonged')
      })
      return passOn(answer, reply)
    })
  }
  done()
}

interface Caller {
  session: LiveSession
  request: FastifyRequest
  /** Aborted when the caller has gone. */
  signal: AbortSignal
}

async function answerOf(
  call: Call,
  { session, request, signal }: Caller,
  { client, tokens, failures }: DownstreamOptions,
): Promise<UpstreamAnswer> {
  const query = queryOf(call, request)
  const headers = headersOf(request)
  const tokenFor = async (refusal?: Refusal) => {
    try {
      return await tokens.get(session.key, call.scopes, refusal)
    } catch (error) {
      const isNews = error instanceof EntraFailure && error.wasAsked
      if (isNews) auditFailure(request, error, session)
      throw await failures.translate(error, call, session, refusal?.claims)
    }
  }
  const token = await tokenFor()
  const answer = await client.send(call, query, token, headers, signal)
  if (answer.status !== 401) return answer
  // A token can be refused before its time. One new one is worth a try; a second would be a loop.
  const refusal = { token, claims: challengedClaims(answer.headers['www-authenticate']) }
  const second = await client.send(call, query, await tokenFor(refusal), headers, signal)
  if (second.status !== 401) return second
  const claims = challengedClaims(second.headers['www-authenticate'])
  throw await failures.signInAgain(`${call.id} refuses each token`, session, claims)
}

function auditFailure(request: FastifyRequest, failure: EntraFailure, session: LiveSession): void {
  const { reason: code, facts: entra } = failure
  audit(request, { audit: 'refresh_failed', code, entra, ...whoOf(session.key, session.record) })
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
  return headers
}

function passOn(answer: UpstreamAnswer, reply: FastifyReply): FastifyReply {
  for (const name of passedDown) {
    const value = answer.headers[name]
    if (typeof value === 'string') reply.header(name, value)
  }
  return reply.code(answer.status).send(answer.status === 304 ? undefined : answer.body)
}
