import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import { SealedCookies } from '../../http/sealed-cookies.ts'

/** There is one such cookie: its name needs no id. */
const name = ''
/** Longer than any code is good for, so that the outcome can be asked for. Seconds. */
const maxAge = 30 * 60

/** Which sign-in on another device this browser waits for: it is of use to no other. */
export class DeviceCookie {
  readonly #cookies: SealedCookies<{ id: string }>

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#cookies = new SealedCookies(kind, ring, maxAge)
  }

  idIn(request: FastifyRequest): string | undefined {
    return this.#cookies.get(request, name)?.id
  }

  set(reply: FastifyReply, id: string): void {
    this.#cookies.set(reply, name, { id })
  }

  /**
   * When it is cancelled, and at every sign-in and sign-out: whoever comes next must not finish it.
   * Unseen, for a strict cookie does not arrive with the navigation from Entra.
   */
  forget(reply: FastifyReply): void {
    this.#cookies.clear(reply, name)
  }
}
