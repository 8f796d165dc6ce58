import type { ProblemCode } from '@entra-bff/shared'
import { Failure } from '../failure.ts'
import { DeadlineError } from '../outbound/exchange.ts'

/** Codes of undici's errors ("undici: Errors"). */
const byUndiciCode: Readonly<Partial<Record<string, ProblemCode>>> = {
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'upstream_too_large',
  UND_ERR_CONNECT_TIMEOUT: 'upstream_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'upstream_timeout',
  UND_ERR_BODY_TIMEOUT: 'upstream_timeout',
}

/** The failure for a call without a whole answer. */
export function transportFailure(callId: string, cause: unknown): Failure {
  return new Failure(codeOf(cause), `${callId} failed`, { cause })
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof DeadlineError) return 'upstream_timeout'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return byUndiciCode[code] ?? 'upstream_error'
}
