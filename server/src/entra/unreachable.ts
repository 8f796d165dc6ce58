import { EntraFailure } from './failures.ts'

/** Thrown by the client of Entra's HTTP when there is no answer, or none that can be used. */
export class IdentityProviderUnreachable extends Error {
  override readonly name = 'IdentityProviderUnreachable'
  readonly retryAfterSeconds: number | undefined

  constructor(detail: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(detail, { cause: options.cause })
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

export function unavailable(error: IdentityProviderUnreachable): EntraFailure {
  const { message, retryAfterSeconds } = error
  return new EntraFailure('unavailable', `unreachable: ${message}`, {
    cause: error,
    retryAfterSeconds,
  })
}
