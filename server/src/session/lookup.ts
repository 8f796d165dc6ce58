import type { FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import type { StoredRecord } from '../store/records.ts'
import type { EndReason, SessionRecord, StoredSession } from './record.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the request's cookie. The guard of `/api` sets it. */
    lookup: SessionLookup
  }
}

/** A session that is alive. `name` is the name of its record, which does not reveal the cookie. */
export interface LiveSession {
  readonly name: string
  readonly record: SessionRecord
  readonly stored: StoredRecord<StoredSession>
}

/** What a session cookie stands for. */
export type SessionLookup =
  { kind: 'live'; session: LiveSession } | { kind: 'ended'; reason: EndReason } | { kind: 'none' }

/** @throws {Failure} `not_signed_in`, `session_expired`, `session_revoked` */
export function requireSession({ lookup }: Pick<FastifyRequest, 'lookup'>): LiveSession {
  if (lookup.kind === 'live') return lookup.session
  throw notSignedIn(lookup)
}

/** The failure for a request without a live session. */
export function notSignedIn(lookup: SessionLookup): Failure {
  return lookup.kind === 'ended'
    ? new Failure(`session_${lookup.reason}`, 'the session is over')
    : new Failure('not_signed_in', 'no session')
}
