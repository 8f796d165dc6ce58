import { paths } from '@entra-bff/shared'
import { EntraFailure } from '../entra/failures.ts'
import { Failure } from '../failure.ts'
import { secondsOf } from '../retry-after.ts'
import type { LiveSession } from '../session/sessions.ts'
import type { Call } from './calls.ts'
import type { UpstreamAnswer } from './client.ts'

/** @throws {Failure} for every answer that is not the one the call promises */
export function requireSuccess(call: Call, answer: UpstreamAnswer, session: LiveSession): void {
  const { status } = answer
  if (status === 304) return
  if (status >= 200 && status < 300) {
    requireType(call, answer)
    return
  }
  const reason = `${call.id} answered ${String(status)}`
  if (status === 401) throw reauthentication(reason, session)
  if (status === 403) throw new Failure('forbidden', reason, { publicDetail: detailOf(answer) })
  if (status === 404)
    throw new Failure('not_found', reason, { publicDetail: 'The API has nothing here.' })
  if (status === 429) {
    throw new Failure('upstream_throttled', reason, {
      retryAfter: secondsOf(answer.headers['retry-after']),
    })
  }
  throw new Failure('upstream_error', reason)
}

/** Why no access token could be had, in the words of the API's caller. */
export function translateTokenFailure(error: unknown, call: Call, session: LiveSession): unknown {
  if (!(error instanceof EntraFailure)) return error
  switch (error.reason) {
    case 'consent_required':
      return new Failure('consent_required', error.message, {
        cause: error,
        publicDetail: `This call needs the permission ${call.scopes.join(', ')}.`,
        loginHref: loginHref(session, { scopes: call.scopes.join(' ') }),
      })
    case 'unavailable':
    case 'client_rejected':
      return new Failure('identity_provider_unavailable', error.message, {
        cause: error,
        retryAfter: error.retryAfter,
      })
    default:
      return reauthentication(error.message, session, error)
  }
}

function reauthentication(reason: string, session: LiveSession, cause?: unknown): Failure {
  return new Failure('reauthentication_required', reason, { cause, loginHref: loginHref(session) })
}

/** A sign-in of the same account, mostly without a page. */
function loginHref(session: LiveSession, extra: Record<string, string> = {}): string {
  const { user, loginHint } = session.record
  const query = new URLSearchParams({ loginHint: loginHint ?? user.username, ...extra })
  return `${paths.login}?${query.toString()}`
}

function requireType(call: Call, answer: UpstreamAnswer): void {
  const type = String(answer.headers['content-type'] ?? '')
  const expected =
    call.answer === 'json' ? /^application\/(.+\+)?json\b/ : /^image\/(jpeg|png|gif|webp)\b/
  if (answer.body.length > 0 && !expected.test(type)) {
    throw new Failure('upstream_error', `${call.id} answered with ${type || 'no type'}`)
  }
}

function detailOf(answer: UpstreamAnswer): string {
  const code = /"code"\s*:\s*"([\w.]{1,80})"/.exec(answer.body.toString('utf8', 0, 4_096))?.[1]
  return `The API does not allow this for the signed-in account${code ? ` (${code})` : ''}.`
}
