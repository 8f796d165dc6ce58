import type { User } from '@entra-bff/shared'

/**
 * One session as it is stored, small because every request reads it. Times are milliseconds since
 * the epoch. Tokens are kept apart (see `entra/token-records.ts`).
 */
export interface SessionRecord {
  user: User
  /** Entra's id of its own session with this browser (`sid`), which front-channel logout names. */
  sid?: string
  /** The `login_hint` claim: names the account in a later sign-in or sign-out without a picker. */
  loginHint?: string
  /** Scopes that Entra granted at this sign-in. */
  granted: string[]
  /** What the browser called itself, and its address, when it signed in. */
  userAgent: string
  ip: string
  createdAt: number
  /** Not exact: see `touchInterval`. */
  lastSeenAt: number
}

/** Why a session that was there is no longer one. */
export type EndReason = 'expired' | 'revoked'

/** Stands where a session was, so that nothing in flight can bring it back. */
interface Tombstone {
  ended: true
}

export type StoredSession = SessionRecord | Tombstone

export const tombstone: Tombstone = { ended: true }

export function isTombstone(stored: StoredSession): stored is Tombstone {
  return 'ended' in stored
}

/** A session and its person, as the audit log names them. */
export function whoOf(key: string, { user }: SessionRecord) {
  return { tenant: user.tenantId, user: user.id, session: key }
}
