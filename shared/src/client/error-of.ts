import type { Problem } from '../problem.ts'
import { ProblemError, UnreachableError } from './errors.ts'

/** The longest pause that is kept: a longer `Retry-After` is shortened. */
const maxRetryAfterSeconds = 3_600

/** @param response an answer without success */
export async function errorOf(response: Response): Promise<ProblemError | UnreachableError> {
  const body: unknown = await response.json().catch(() => undefined)
  const problem = isProblem(body) ? body : withoutProblem(response)
  if (!problem) return new UnreachableError('restarting')
  return new ProblemError(problem, retryAfterSecondsOf(response))
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false
  const { title, status, code } = body as Record<keyof Problem, unknown>
  return typeof title === 'string' && typeof status === 'number' && typeof code === 'string'
}

/** A problem made from the status; undefined for 502 to 504: the gateway finds no server. */
function withoutProblem({ status, statusText }: Response): Problem | undefined {
  if (status >= 502 && status <= 504) return undefined
  return {
    type: 'about:blank',
    title: statusText || `Status ${String(status)}`,
    status,
    code: 'internal_error',
    detail: 'The server gave no explanation.',
    correlationId: '',
  }
}

function retryAfterSecondsOf(response: Response) {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), maxRetryAfterSeconds)
}
