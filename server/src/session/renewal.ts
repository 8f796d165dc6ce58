import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookie } from './cookie.ts'
import type { LastSessionCookie } from './last-session.ts'
import { type Lifetimes, recordExpiry } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { LiveSession, Sessions } from './sessions.ts'

export interface SessionRenewalOptions {
  sessions: Sessions
  cookie: SessionCookie
  lastSession: LastSessionCookie
  lifetimes: Lifetimes
}

/** Keeps a session alive while it is used. */
export class SessionRenewal {
  readonly #options: SessionRenewalOptions

  constructor(options: SessionRenewalOptions) {
    this.#options = options
  }

  /**
   * Moves the idle expiry. After a rotation of the secret, renews record and cookies.
   * @returns the session as it is now
   * @throws {Failure} `store_unavailable`; `session_revoked` or `session_expired` when the session has
   * ended meanwhile
   */
  async touch(
    request: FastifyRequest,
    reply: FastifyReply,
    session: LiveSession,
  ): Promise<SessionRecord> {
    const { sessions, cookie, lastSession, lifetimes } = this.#options
    const record = await sessions.touch(session)
    const maxAgeSeconds = Math.ceil((recordExpiry(record, lifetimes) - Date.now()) / 1_000)
    const isRenewed = cookie.renew(request, reply, maxAgeSeconds)
    if (isRenewed) lastSession.set(reply, { name: session.name })
    return record
  }
}
