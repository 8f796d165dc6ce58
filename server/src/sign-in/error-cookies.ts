import { type SignInError, views } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { seal, unseal } from '../secrets/seal.ts'
import { describe, type SignInFailure } from './errors.ts'

const lifetime = 10 * 60_000

/**
 * What went wrong, kept in a sealed cookie of the browser it happened to: nobody else can read it,
 * and it takes no storage. The URL holds only its reference.
 */
export class SignInErrors {
  readonly #kind: CookieKind
  readonly #ring: KeyRing

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#kind = kind
    this.#ring = ring
  }

  /** Logs the failure and sends the browser to the Error view. */
  report(request: FastifyRequest, reply: FastifyReply, failure: SignInFailure): FastifyReply {
    request.log.warn({ err: failure, code: failure.code, ...failure.facts }, 'sign-in failed')
    const error = describe(failure, request.id)
    this.#forgetOthers(request, reply)
    const options = { ...this.#kind.options, maxAge: lifetime / 1_000 }
    void reply.setCookie(this.#nameOf(error.ref), this.#seal(error), options)
    return reply.redirect(`${views.error}?ref=${error.ref}`, 303)
  }

  find(request: FastifyRequest, ref: string): SignInError | undefined {
    const cookie = request.cookies[this.#nameOf(ref)]
    const error = cookie === undefined ? undefined : this.#unseal(ref, cookie)
    return error && Date.now() - Date.parse(error.timestamp) < lifetime ? error : undefined
  }

  /** One report at a time is enough, and keeps the cookies of a browser few. */
  #forgetOthers(request: FastifyRequest, reply: FastifyReply): void {
    for (const name of Object.keys(request.cookies)) {
      if (name.startsWith(this.#kind.name)) void reply.clearCookie(name, this.#kind.options)
    }
  }

  #seal(error: SignInError): string {
    return seal(this.#ring, contextOf(error.ref), JSON.stringify(error)).toString('base64url')
  }

  #unseal(ref: string, cookie: string): SignInError | undefined {
    try {
      const text = unseal(this.#ring, contextOf(ref), Buffer.from(cookie, 'base64url'))
      return JSON.parse(text) as SignInError
    } catch {
      return undefined
    }
  }

  #nameOf(ref: string): string {
    return `${this.#kind.name}${ref}`
  }
}

function contextOf(ref: string): string {
  return `sign-in-error:${ref}`
}
