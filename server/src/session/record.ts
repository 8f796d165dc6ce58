import type { User } from '@entra-bff/shared'

/**
 * One session as it is stored, small because every request reads it. Times are milliseconds since
 * the epoch. Tokens are kept apart (see `entra/token-records.ts`).
 */
export interface SessionRecord {
  user: User
  /** Who vouched for this person: the `iss` claim of the ID token. */
  iss: string
  /** The settings at the sign-in. Under others the session does not live (see `Admission`). */
  authority: string
  clientId: string
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
export interface Tombstone {
  ended: true
  /** Milliseconds since the epoch; absent in records of older builds. */
  endedAt?: number
  /** Key of the session that the same browser has now: an end that arrives late is meant for it. */
  replacedBy?: string
}

export type StoredSession = SessionRecord | Tombstone

export function isTombstone(stored: StoredSession): stored is Tombstone {
  return 'ended' in stored
}

/** Characters, percent-encoded. A `login_hint` claim of Entra has up to about 260. */
export const longestLoginHint = 320

/** What names the account in a login link. With a hint that is too long, the person picks the account. */
export function loginHintOf({ user, loginHint = user.username }: SessionRecord) {
  return encodeURIComponent(loginHint).length <= longestLoginHint ? { loginHint } : {}
}

/** A session and its person, as the audit log names them. */
export function whoOf(key: string, { user }: SessionRecord) {
  return { tenant: user.tenantId, user: user.id, session: key }
}
