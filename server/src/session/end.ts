import type { FastifyRequest } from 'fastify'
import { audit, type EndCause } from '../audit.ts'
import type { EndedSession } from './endings.ts'
import { type SessionRecord, whoOf } from './record.ts'
import type { Sessions } from './sessions.ts'

/** Ends a session on request and says so in the audit log. @returns the session that ended by this */
export async function endSession(
  request: FastifyRequest,
  sessions: Sessions,
  key: string,
  cause: EndCause,
): Promise<SessionRecord | undefined> {
  const ended = await sessions.end(key)
  if (ended) tellEnd(request, ended, cause)
  return ended?.record
}

export function tellEnd(
  request: FastifyRequest,
  { key, record }: EndedSession,
  cause: EndCause,
): void {
  audit(request, { audit: 'session_ended', cause, ...whoOf(key, record) })
}
