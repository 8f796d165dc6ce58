import { type Problem, type ProblemCode } from '@entra-bff/shared'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { audit } from '../audit.ts'
import { Failure } from '../failure.ts'
import { problemTexts } from './problem-texts.ts'
import { logFailure } from './request-log.ts'

/** Answers every error with its public part, as RFC 9457 problem details. `request-log.ts` logs the whole error. */
export const problems = fp(registerProblems, { name: 'problems' })

async function registerProblems(app: FastifyInstance): Promise<void> {
  app.decorateRequest('isLogged', false)
  app.setErrorHandler<FastifyError>((error, request, reply) => sendProblem(error, request, reply))
}

export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = toFailure(error)
  const { status } = problemTexts[failure.code]
  reply.code(status)
  logFailure(request, reply, failure)
  if (auditedCodes.has(failure.code)) audit(request, { audit: 'refused', code: failure.code })
  const { retryAfterSeconds, wwwAuthenticate } = failure
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  if (wwwAuthenticate !== undefined) reply.header('www-authenticate', wwwAuthenticate)
  return reply
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemOf(failure, request.id))
}

/** Codes that the audit log records. */
const auditedCodes = new Set<ProblemCode>([
  'csrf_failed',
  'forbidden',
  'consent_required',
  'insufficient_user_authentication',
  'session_revoked',
  'rate_limited',
])

function problemOf(failure: Failure, correlationId: string): Problem {
  const { status, title, detail } = problemTexts[failure.code]
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
  // A route can throw anything, `undefined` too.
  const { statusCode } = (error ?? {}) as Partial<FastifyError>
  const status = statusCode ?? 500
  const fallback = status >= 400 && status < 500 ? 'invalid_request' : 'internal_error'
  return new Failure(codeByStatus.get(status) ?? fallback, 'unexpected', { cause: error })
}

const codeByStatus = new Map<number, ProblemCode>([
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
  [429, 'rate_limited'],
])
