import { pages, SignInError, type SignInMethod } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '../../audit.ts'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import { reportOf } from './report-view.ts'
import type { SignInFailure } from '../failure.ts'
import { SealedCookies } from '../../http/sealed-cookies.ts'

const lifetimeMs = 10 * 60_000

/**
 * Reports of failed sign-ins. Each lies in a sealed cookie of the browser: nobody else can read it, and
 * it takes no storage. The address of the Error view holds only the reference of the report.
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
  redirectToReport(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: SignInFailure,
  ): FastifyReply {
    this.log(request, failure, 'redirect')
    this.save(request, reply, failure, 'redirect')
    if (failure.retryAfterSeconds !== undefined)
      reply.header('retry-after', failure.retryAfterSeconds)
    return reply.redirect(`${pages.error}?ref=${failure.ref}`, 303)
  }

  /** Writes the failure to the log and the audit log. */
  log(request: FastifyRequest, failure: SignInFailure, method: SignInMethod): void {
    const { code, facts } = failure
    if (code === 'rate_limited' || code === 'invalid_request') {
      // No sign-in was under way. A refused program causes the same log line.
      request.log.info({ code, reason: failure.message }, 'request refused')
      if (code === 'rate_limited') audit(request, { audit: 'refused', code })
      return
    }
    // Only the operator can mend an app that Entra refuses.
    const level = code === 'app_misconfigured' ? 'error' : 'warn'
    request.log[level]({ err: failure, code }, 'sign-in failed')
    audit(request, { audit: 'sign_in_failed', method, code, entra: facts })
  }

  /** Puts the report into a cookie. The browser then reads it at `GET /api/errors/{ref}`. */
  save(
    request: FastifyRequest,
    reply: FastifyReply,
    failure: SignInFailure,
    method: SignInMethod,
  ): void {
    // A browser holds one report at a time, so that its cookies stay few.
    for (const ref of this.#cookies.ids(request)) {
      if (ref !== failure.ref) this.#cookies.one(ref).clear(reply)
    }
    this.#cookies.one(failure.ref).set(reply, reportOf(failure, request.id, method))
  }

  find(request: FastifyRequest, ref: string): SignInError | undefined {
    const error = this.#cookies.one(ref).read(request)
    return error && Date.now() - Date.parse(error.timestamp) < lifetimeMs ? error : undefined
  }
}
