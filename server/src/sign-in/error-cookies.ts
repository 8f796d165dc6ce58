import { type SignInError, views } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
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
    request.log.warn({ err: failure, code: failure.code, ...failure.facts }, 'sign-in failed')
    const error = describe(failure, request.id)
    // One report at a time is enough, and keeps the cookies of a browser few.
    for (const ref of this.#cookies.ids(request)) this.#cookies.clear(reply, ref)
    this.#cookies.set(reply, error.ref, error)
    return reply.redirect(`${views.error}?ref=${error.ref}`, 303)
  }

  find(request: FastifyRequest, ref: string): SignInError | undefined {
    const error = this.#cookies.get(request, ref)
    return error && Date.now() - Date.parse(error.timestamp) < lifetime ? error : undefined
  }
}
