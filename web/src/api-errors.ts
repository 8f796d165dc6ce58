import type { Problem } from '@entra-bff/shared'

/** The server answered, and said what is wrong. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** Seconds to wait before the next try, where the server asked for it. */
  readonly retryAfter: number | undefined

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.title)
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** Nobody answered: offline, too slow, or a server that is just restarting. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly reason: 'network' | 'timeout' | 'restarting'

  constructor(reason: UnreachableError['reason'], options?: ErrorOptions) {
    super(reason, options)
    this.reason = reason
  }
}

/**
 * The problem that a body holds. Nothing for the development proxy's `bff_restarting`, which is no
 * answer of the server.
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
