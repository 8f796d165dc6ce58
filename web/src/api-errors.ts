import type { Problem } from '@entra-bff/shared'

/** The server answered with problem details. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** The pause before the next try, if the server asked for one (`Retry-After`). */
  readonly retryAfterSeconds: number | undefined

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.title)
    this.problem = problem
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** No answer came from the server: it is offline, too slow, or just restarting. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly reason: 'network' | 'timeout' | 'restarting'

  constructor(reason: UnreachableError['reason'], options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}

/**
 * The problem details in a body that the server wrote. A body with the code `bff_restarting` comes
 * from the development proxy (`vite.config.ts`) instead.
 */
export function problemOf(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const candidate = body as Record<string, unknown>
  const complete =
    typeof candidate['title'] === 'string' &&
    typeof candidate['status'] === 'number' &&
    typeof candidate['code'] === 'string' &&
    candidate['code'] !== 'bff_restarting'
  return complete ? (body as Problem) : undefined
}
