import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import type { Sessions } from '../session/sessions.ts'
import { SealedCookies } from './sealed-cookies.ts'

const id = 'session'

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

  async replace(
    request: FastifyRequest,
    reply: FastifyReply,
    sessions: Sessions,
    key: string,
  ): Promise<void> {
    const last = this.#cookies.get(request, id)
    if (last) await sessions.end(last.key)
    this.#cookies.set(reply, id, { key })
  }

  forget(reply: FastifyReply): void {
    this.#cookies.clear(reply, id)
  }
}
