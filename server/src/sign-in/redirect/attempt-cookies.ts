import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../../http/cookie-attributes.ts'
import type { KeyRing } from '../../secrets/key-ring.ts'
import { type Attempt, attemptId, attemptKeptMs, isFor } from './attempt.ts'
import { SealedCookies } from '../../http/sealed-cookies.ts'

/** More sign-ins than this at once in one browser: the oldest is forgotten. */
const mostKept = 5

/** The attempts that a browser carries. */
export class AttemptCookies {
  readonly #cookies: SealedCookies<Attempt>

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#cookies = new SealedCookies(kind, ring, attemptKeptMs / 1_000)
  }

  add(request: FastifyRequest, reply: FastifyReply, attempt: Attempt): void {
    const newestFirst = this.#cookies
      .ids(request)
      .map((id) => ({ id, createdAt: this.#cookies.get(request, id)?.createdAt ?? 0 }))
      .sort((a, b) => b.createdAt - a.createdAt)
    for (const { id } of newestFirst.slice(mostKept - 1)) this.#cookies.clear(reply, id)
    this.#cookies.set(reply, attemptId(attempt.state), attempt)
  }

  /** The attempt that this browser began with this state. */
  find(request: FastifyRequest, state: string): Attempt | undefined {
    const attempt = this.#cookies.get(request, attemptId(state))
    return attempt && isFor(attempt, state) ? attempt : undefined
  }

  remove(reply: FastifyReply, attempt: Attempt): void {
    this.#cookies.clear(reply, attemptId(attempt.state))
  }
}
