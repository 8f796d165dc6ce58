import type { FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'
import type { EndReason } from './record.ts'
import type { LiveSession } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the request's cookie. The guard of `/api` sets it. */
    lookup: SessionLookup
  }
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
