import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookie } from './cookie.ts'
import { absoluteExpiry, type Lifetimes, remembrance } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { LiveSession, Sessions } from './sessions.ts'

/** What the use of a session does to it. */
export class Prolonging {
  readonly #sessions: Sessions
  readonly #cookie: SessionCookie
  readonly #lifetimes: Lifetimes
  readonly #onRenewed: (reply: FastifyReply, key: string) => void

  /** @param onRenewed told the session's key when its cookie was signed anew: others go with it */
  constructor(
    sessions: Sessions,
    cookie: SessionCookie,
    lifetimes: Lifetimes,
    onRenewed: (reply: FastifyReply, key: string) => void,
  ) {
    this.#sessions = sessions
    this.#cookie = cookie
    this.#lifetimes = lifetimes
    this.#onRenewed = onRenewed
  }

  /**
   * Moves the idle expiry; after a rotation of the secret, renews record and cookie.
   * @returns the session as it is now
   * @throws {Failure} `store_unavailable`; `session_revoked` or `session_expired` when it has ended
   * meanwhile
   */
  async prolong(
    request: FastifyRequest,
    reply: FastifyReply,
    session: LiveSession,
  ): Promise<SessionRecord> {
    const record = await this.#sessions.touch(session)
    const forgetAt = absoluteExpiry(record, this.#lifetimes) + remembrance
    const maxAge = Math.ceil((forgetAt - Date.now()) / 1_000)
    if (this.#cookie.renew(request, reply, maxAge)) this.#onRenewed(reply, session.key)
    return record
  }
}
