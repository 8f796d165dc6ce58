import { type SignInError, type SignInMethod, views } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '../audit.ts'
import type { CookieKind } from '../http/cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { describe, type SignInFailure } from './errors.ts'
import { SealedCookies } from './sealed-cookies.ts'

const lifetime = 10 * 60_000

/**
 * What went wrong, kept in the browser it happened to: nobody else can read it, and it takes no
 * storage. The URL holds only its reference.
 */
export class SignInErrors {
  readonly #cookies: SealedCookies<SignInError>

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#cookies = new SealedCookies(kind, ring, lifetime / 1_000)
  }

  /** Logs the failure and sends the browser to the Error view. */
  report(request: FastifyRequest, reply: FastifyReply, failure: SignInFailure): FastifyReply {
    const { ref } = this.keep(request, reply, failure, 'redirect')
    return reply.redirect(`${views.error}?ref=${ref}`, 303)
  }

  /** Logs the failure and gives it to the browser to keep. */
  keep(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: SignInFailure,
    method: SignInMethod,
  ): SignInError {
    const { code, facts } = failure
    // That Entra refuses the app itself is for the operator to mend, whoever met it.
    const level = code === 'app_misconfigured' ? 'error' : 'warn'
    request.log[level]({ err: failure, code }, 'sign-in failed')
    audit(request, { audit: 'sign_in_failed', method, code, entra: facts })
    const error = describe(failure, request.id, method)
    // One report at a time is enough, and keeps the cookies of a browser few.
    for (const ref of this.#cookies.ids(request)) this.#cookies.clear(reply, ref)
    this.#cookies.set(reply, error.ref, error)
    return error
  }

  find(request: FastifyRequest, ref: string): SignInError | undefined {
    const error = this.#cookies.get(request, ref)
    return error && Date.now() - Date.parse(error.timestamp) < lifetime ? error : undefined
  }
}
