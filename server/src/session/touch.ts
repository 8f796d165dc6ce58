import type { FastifyReply, FastifyRequest } from 'fastify'
import { recordExpiry } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { SessionRoom } from './room.ts'
import type { LiveSession } from './lookup.ts'

/**
 * Moves the idle expiry of a session. After a rotation of the secret, renews the session's record
 * and cookies.
 * @returns the session as it is now
 * @throws {Failure} `store_unavailable`; `session_revoked` or `session_expired` when the session has
 * ended meanwhile
 */
export async function touchSession(
  { sessions, cookie, lastSession, lifetimes }: SessionRoom,
  request: FastifyRequest,
  reply: FastifyReply,
  session: LiveSession,
): Promise<SessionRecord> {
  const record = await sessions.touch(session)
  const maxAgeSeconds = Math.ceil((recordExpiry(record, lifetimes) - Date.now()) / 1_000)
  const isRenewed = cookie.renew(request, reply, maxAgeSeconds)
  if (isRenewed) lastSession.set(reply, { key: session.name })
  return record
}
