import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit, type EndCause } from '../audit.ts'
import { clearUserCookies } from '../http/cookie-attributes.ts'
import type { EndedSession } from './endings.ts'
import { auditedAs, type SessionRecord } from './record.ts'
import type { SessionRoom } from './room.ts'

/** Ends a session and writes to the audit log. @returns the session that this call ended */
export async function endSession(
  { sessions }: SessionRoom,
  request: FastifyRequest,
  name: string,
  cause: EndCause,
): Promise<SessionRecord | undefined> {
  const ended = await sessions.end(name)
  if (ended) auditEnd(request, ended, cause)
  return ended?.record
}

/**
 * Ends the session of the browser that asks, and clears the browser's cookies.
 * @param name undefined when the browser has no session: the cookies are cleared all the same
 * @returns the session that this call ended
 */
export async function endOwnSession(
  room: SessionRoom,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string | undefined,
  cause: EndCause,
): Promise<SessionRecord | undefined> {
  const ended = name === undefined ? undefined : await endSession(room, request, name, cause)
  clearUserCookies(reply, room.cookies)
  return ended
}

export function auditEnd(
  request: FastifyRequest,
  { name, record }: EndedSession,
  cause: EndCause,
): void {
  audit(request, { audit: 'session_ended', cause, ...auditedAs(name, record) })
}
