import type { Problem } from '@entra-bff/shared'
import { ProblemError } from '@entra-bff/shared/client'

/** Why the page has no answer to show: the server described a problem, or it gave no answer. */
export type Trouble =
  | { kind: 'problem'; problem: Problem; retryAfterSeconds: number | undefined }
  | { kind: 'unreachable' }

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ProblemError)) return { kind: 'unreachable' }
  const { problem, retryAfterSeconds } = error
  return { kind: 'problem', problem, retryAfterSeconds }
}

export function isNotFound(error: unknown) {
  return error instanceof ProblemError && error.problem.status === 404
}
