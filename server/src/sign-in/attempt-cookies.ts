import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieKind } from '../http/cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import {
  type Attempt,
  attemptId,
  attemptLifetime,
  isFor,
  openAttempt,
  sealAttempt,
} from './attempt.ts'

/** More sign-ins than this at once in one browser: the oldest is forgotten. */
const most = 5
/** Longer than an attempt is good for, so that one that took too long can be told so. Seconds. */
const maxAge = (2 * attemptLifetime) / 1_000

/** The attempts that a browser carries, each in its own sealed cookie. */
export class AttemptCookies {
  readonly #kind: CookieKind
  readonly #ring: KeyRing

  constructor(kind: CookieKind, ring: KeyRing) {
    this.#kind = kind
    this.#ring = ring
  }

  add(request: FastifyRequest, reply: FastifyReply, attempt: Attempt): void {
    const newestFirst = this.#all(request).sort((a, b) => b.createdAt - a.createdAt)
    for (const { name } of newestFirst.slice(most - 1)) this.#clear(reply, name)
    const name = this.#nameOf(attempt.state)
    const options = { ...this.#kind.options, maxAge }
    void reply.setCookie(name, sealAttempt(this.#ring, attempt), options)
  }

  /** The attempt that this browser began with this state. */
  find(request: FastifyRequest, state: string): Attempt | undefined {
    const cookie = request.cookies[this.#nameOf(state)]
    const attempt = cookie && openAttempt(this.#ring, attemptId(state), cookie)
    return attempt && isFor(attempt, state) ? attempt : undefined
  }

  remove(reply: FastifyReply, attempt: Attempt): void {
    this.#clear(reply, this.#nameOf(attempt.state))
  }

  #all(request: FastifyRequest): { name: string; createdAt: number }[] {
    return Object.entries(request.cookies)
      .filter(([name]) => name.startsWith(this.#kind.name))
      .map(([name, value = '']) => {
        const id = name.slice(this.#kind.name.length)
        return { name, createdAt: openAttempt(this.#ring, id, value)?.createdAt ?? 0 }
      })
  }

  #clear(reply: FastifyReply, name: string): void {
    void reply.clearCookie(name, this.#kind.options)
  }

  #nameOf(state: string): string {
    return `${this.#kind.name}${attemptId(state)}`
  }
}
