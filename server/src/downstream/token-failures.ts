import { loginHref, type LoginQuery } from '@entra-bff/shared'
import type { ClaimsNotes } from '../tokens/claims-challenges.ts'
import { EntraFailure } from '../entra/failures.ts'
import { Failure } from '../failure.ts'
import { loginHintOf } from '../session/record.ts'
import type { LiveSession } from '../session/sessions.ts'
import type { Call } from './calls.ts'

/** Why a call cannot be made with this person's tokens, in the words of the API's caller. */
export class TokenFailures {
  readonly #notes: ClaimsNotes

  constructor(notes: ClaimsNotes) {
    this.#notes = notes
  }

  /** @param claims that the API asked for */
  async translate(
    error: unknown,
    call: Call,
    session: LiveSession,
    claims: string | undefined,
  ): Promise<unknown> {
    if (!(error instanceof EntraFailure)) return error
    switch (error.reason) {
      case 'consent_required':
        return new Failure('consent_required', error.message, {
          cause: error,
          publicDetail: `This call needs the permission ${call.scopes.join(', ')}.`,
          loginHref: sameAccount(session, { scopes: call.scopes.join(' ') }),
        })
      case 'unavailable':
      case 'client_rejected':
        return new Failure('identity_provider_unavailable', error.message, {
          cause: error,
          retryAfterSeconds: error.retryAfter,
        })
      default:
        return this.signInAgain(error.message, session, error.claims ?? claims, error)
    }
  }

  /** A sign-in mends it; with claims, one that fulfils them. */
  async signInAgain(
    reason: string,
    session: LiveSession,
    claims: string | undefined,
    cause?: unknown,
  ): Promise<Failure> {
    if (claims === undefined) {
      return new Failure('reauthentication_required', reason, {
        cause,
        loginHref: sameAccount(session),
      })
    }
    const query = { claims: await this.#notes.keep(session.key, claims) }
    return new Failure('claims_challenge', reason, {
      cause,
      loginHref: sameAccount(session, query),
    })
  }
}

/** A sign-in of the same account, mostly without a page. */
function sameAccount({ record }: LiveSession, query: LoginQuery = {}): string {
  return loginHref({ ...loginHintOf(record), ...query })
}
