import type { ProblemCode } from '@entra-bff/shared'

interface FailureOptions {
  cause?: unknown
  /** Public detail in place of the default text. Must not hold text of a client or of the store. */
  publicDetail?: string
  /** Address of a sign-in that removes the cause, for the caller's browser. */
  loginHref?: string
  retryAfterSeconds?: number | undefined
  /** The header `WWW-Authenticate`: what a better credential must prove. */
  wwwAuthenticate?: string
}

/** A failed request. The code is public; the reason (`message`) and the cause go to the log alone. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ProblemCode
  readonly publicDetail: string | undefined
  readonly loginHref: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly wwwAuthenticate: string | undefined

  constructor(code: ProblemCode, reason: string, options: FailureOptions = {}) {
    super(reason, { cause: options.cause })
    this.code = code
    this.publicDetail = options.publicDetail
    this.loginHref = options.loginHref
    this.retryAfterSeconds = options.retryAfterSeconds
    this.wwwAuthenticate = options.wwwAuthenticate
  }
}

export function isRateLimited(error: unknown): boolean {
  return error instanceof Failure && error.code === 'rate_limited'
}
