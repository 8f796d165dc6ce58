import { type Problem, type ProblemCode } from '@entra-bff/shared'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { audit } from '../audit.ts'
import { Failure, publicTexts } from '../failure.ts'

/** Every error becomes RFC 9457 problem details: the public part goes out, all of it is logged. */
export const problems = fp(registerProblems, { name: 'problems' })

function registerProblems(app: FastifyInstance, _options: object, done: () => void): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendProblem(error, request, reply))
  done()
}

export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = toFailure(error)
  const { status } = publicTexts[failure.code]
  // That settings are missing is told once, at the start; it is nobody's mistake now.
  const isFault = status >= 500 && failure.code !== 'config_missing'
  if (isFault) request.log.error({ err: failure, code: failure.code }, 'request failed')
  else request.log.info({ code: failure.code, reason: failure.message }, 'request refused')
  if (audited.has(failure.code)) audit(request, { audit: 'refused', code: failure.code })
  const { retryAfterSeconds } = failure
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(failure, request.id))
}

/** Refusals that an auditor looks for. */
const audited = new Set<ProblemCode>([
  'csrf_failed',
  'forbidden',
  'consent_required',
  'session_revoked',
  'rate_limited',
])

function problemOf(failure: Failure, correlationId: string): Problem {
  const { status, title, detail } = publicTexts[failure.code]
  return {
    type: 'about:blank',
    title,
    status,
    code: failure.code,
    detail: failure.publicDetail ?? detail,
    correlationId,
    ...(failure.loginHref !== undefined && { login: { href: failure.loginHref } }),
  }
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { statusCode, validation, message } = error as Partial<FastifyError>
  if (validation) return new Failure('invalid_request', message ?? '', { cause: error })
  const status = statusCode ?? 500
  const fallback = status >= 400 && status < 500 ? 'invalid_request' : 'internal_error'
  return new Failure(byStatus.get(status) ?? fallback, 'unexpected', { cause: error })
}

const byStatus = new Map<number, ProblemCode>([
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
])
