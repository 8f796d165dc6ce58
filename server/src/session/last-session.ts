import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookie-attributes.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { SealedCookies } from '../http/sealed-cookies.ts'

/** There is one such cookie: its name needs no id. */
const id = ''

/**
 * Which session this browser had last. The callback comes from another site, without the Strict
 * session cookie, and must still end that session: a sealed Lax cookie names it, and opens nothing.
 */
export class LastSession {
  readonly #cookies: SealedCookies<{ key: string }>

  /** @param maxAge seconds */
  constructor(kind: CookieKind, ring: KeyRing, maxAge: number) {
    this.#cookies = new SealedCookies(kind, ring, maxAge)
  }

  /** The key of its record. */
  keyIn(request: FastifyRequest): string | undefined {
    return this.#cookies.get(request, id)?.key
  }

  remember(reply: FastifyReply, key: string): void {
    this.#cookies.set(reply, id, { key })
  }

  forget(reply: FastifyReply): void {
    this.#cookies.clear(reply, id)
  }
}
