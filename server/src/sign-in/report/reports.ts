import { pages, SignInError, type SignInMethod } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '../../audit.ts'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import { describe } from './describe.ts'
import type { SignInFailure } from '../failure.ts'
import { SealedCookies } from '../../http/sealed-cookies.ts'

const lifetimeMs = 10 * 60_000

/**
 * What went wrong, kept in the browser it happened to: nobody else can read it, and it takes no
 * storage. The URL holds only its reference.
 */
export class SignInReports {
  readonly #cookies: SealedCookies<typeof SignInError>

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#cookies = new SealedCookies({
      kind,
      ring,
      schema: SignInError,
      maxAgeSeconds: lifetimeMs / 1_000,
    })
  }

  /** Logs the failure and sends the browser to the Error view. */
  report(request: FastifyRequest, reply: FastifyReply, failure: SignInFailure): FastifyReply {
    this.tell(request, failure, 'redirect')
    this.keep(request, reply, failure, 'redirect')
    if (failure.retryAfter !== undefined) reply.header('retry-after', failure.retryAfter)
    return reply.redirect(`${pages.error}?ref=${failure.ref}`, 303)
  }

  /** Tells the log and the auditor. */
  tell(request: FastifyRequest, failure: SignInFailure, method: SignInMethod): void {
    const { code, facts } = failure
    if (code === 'rate_limited' || code === 'invalid_request') {
      // As the same refusal of a program is told: no sign-in was under way.
      request.log.info({ code, reason: failure.message }, 'request refused')
      if (code === 'rate_limited') audit(request, { audit: 'refused', code })
      return
    }
    // That Entra refuses the app itself is for the operator to mend, whoever met it.
    const level = code === 'app_misconfigured' ? 'error' : 'warn'
    request.log[level]({ err: failure, code }, 'sign-in failed')
    audit(request, { audit: 'sign_in_failed', method, code, entra: facts })
  }

  /** Gives the browser what it can ask for by the failure's reference. */
  keep(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: SignInFailure,
    method: SignInMethod,
  ): void {
    // One report at a time is enough, and keeps the cookies of a browser few.
    for (const ref of this.#cookies.ids(request)) {
      if (ref !== failure.ref) this.#cookies.one(ref).clear(reply)
    }
    this.#cookies.one(failure.ref).set(reply, describe(failure, request.id, method))
  }

  find(request: FastifyRequest, ref: string): SignInError | undefined {
    const error = this.#cookies.one(ref).read(request)
    return error && Date.now() - Date.parse(error.timestamp) < lifetimeMs ? error : undefined
  }
}
