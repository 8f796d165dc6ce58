import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import { SealedCookies } from '../../http/sealed-cookies.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import { Attempt, attemptCookieMs, attemptId, hasState } from './attempt.ts'

/** Most attempts of a browser at once. One more attempt removes the oldest. */
const maxAttempts = 5

/** The attempts of a browser, each in a sealed cookie. */
export class AttemptCookies {
  readonly #cookies: SealedCookies<typeof Attempt>

  constructor(kind: CookieKind, ring: KeyRing) {
    const maxAgeSeconds = attemptCookieMs / 1_000
    this.#cookies = new SealedCookies({ kind, ring, schema: Attempt, maxAgeSeconds })
  }

  add(request: FastifyRequest, reply: FastifyReply, attempt: Attempt): void {
    const newestFirst = this.#cookies
      .ids(request)
      .map((id) => ({ id, createdAt: this.#cookies.one(id).read(request)?.createdAt ?? 0 }))
      .sort((a, b) => b.createdAt - a.createdAt)
    for (const { id } of newestFirst.slice(maxAttempts - 1)) this.#cookies.one(id).clear(reply)
    this.#cookies.one(attemptId(attempt.state)).set(reply, attempt)
  }

  /** The attempt of this browser with this state. */
  find(request: FastifyRequest, state: string): Attempt | undefined {
    const attempt = this.#cookies.one(attemptId(state)).read(request)
    return attempt && hasState(attempt, state) ? attempt : undefined
  }

  remove(reply: FastifyReply, attempt: Attempt): void {
    this.#cookies.one(attemptId(attempt.state)).clear(reply)
  }
}
