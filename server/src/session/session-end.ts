import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit, type EndCause } from '../audit.ts'
import { clearUserCookies, type Cookies } from '../http/cookie-attributes.ts'
import type { EndedSession } from './endings.ts'
import { auditedAs, type SessionRecord } from './record.ts'
import type { Sessions } from './sessions.ts'

/** Ends sessions on request, and tells the audit log. */
export class SessionEnd {
  readonly #sessions: Sessions
  readonly #cookies: Cookies

  constructor(sessions: Sessions, cookies: Cookies) {
    this.#sessions = sessions
    this.#cookies = cookies
  }

  /**
   * Ends the session of the browser that asks, and clears the browser's cookies.
   * @param name undefined when the browser has no session: then the cookies are cleared all the same
   * @returns the session that this call ended
   */
  async endOwn(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string | undefined,
    cause: EndCause,
  ): Promise<SessionRecord | undefined> {
    const ended = name === undefined ? undefined : await this.end(request, name, cause)
    clearUserCookies(reply, this.#cookies)
    return ended
  }

  /** Ends a session of another browser. @returns the session that this call ended */
  async end(
    request: FastifyRequest,
    name: string,
    cause: EndCause,
  ): Promise<SessionRecord | undefined> {
    const ended = await this.#sessions.end(name)
    if (ended) auditEnd(request, ended, cause)
    return ended?.record
  }
}

export function auditEnd(
  request: FastifyRequest,
  { name, record }: EndedSession,
  cause: EndCause,
): void {
  audit(request, { audit: 'session_ended', cause, ...auditedAs(name, record) })
}
