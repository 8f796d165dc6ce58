import type { Problem, ProblemCode } from '../problem.ts'

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

  /** What a program decides by. The texts may change. */
  get code(): ProblemCode {
    return this.problem.code
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
