import { User } from '@entra-bff/shared'
import { type Static, Type } from 'typebox'
import { RolesAndGroups } from '../entra/roles-and-groups.ts'
import { Authentication } from '../entra/authentication.ts'

/**
 * A session as it is stored. Times are milliseconds since the epoch. It is small because every
 * request reads it; its tokens are another record (`tokens/token-records.ts`).
 */
export const SessionRecord = Type.Object({
  user: User,
  /** The issuer: the `iss` claim of the ID token. */
  iss: Type.String(),
  /** The settings at the sign-in. Under other settings the session is over (see `isAdmitted`). */
  authority: Type.String(),
  clientId: Type.String(),
  /** Entra's id of its own session with this browser (`sid`), which front-channel logout names. */
  sid: Type.Optional(Type.String()),
  /** The `login_hint` claim: names the account in a later sign-in or sign-out without a picker. */
  loginHint: Type.Optional(Type.String()),
  /** As of the sign-in. Records of older builds have none of these, so they hold no role and no group. */
  ...RolesAndGroups.properties,
  /** Absent when the ID token did not tell, and in records of older builds. */
  authentication: Type.Optional(Authentication),
  /** Full names of the scopes that Entra granted at the sign-in (see `fullScopeName`). */
  granted: Type.Array(Type.String()),
  /** The `User-Agent` header of the sign-in. */
  userAgent: Type.String(),
  /** The client address of the sign-in. */
  ip: Type.String(),
  createdAt: Type.Number(),
  /** Time of the last use, up to `touchIntervalMs` too early. */
  lastSeenAt: Type.Number(),
})
export type SessionRecord = Static<typeof SessionRecord>

/** Takes the place of a session that ended, so that no request in flight can write the session again. */
const Tombstone = Type.Object({
  ended: Type.Literal(true),
  /** Milliseconds since the epoch; absent in records of older builds. */
  endedAt: Type.Optional(Type.Number()),
  /** Name of the next session of the same browser. A later end of this session ends the next. */
  replacedBy: Type.Optional(Type.String()),
})
export type Tombstone = Static<typeof Tombstone>

export const StoredSession = Type.Union([Tombstone, SessionRecord])
export type StoredSession = Static<typeof StoredSession>

/** Why a session is over. */
export type EndReason = 'expired' | 'revoked'

export function isTombstone(stored: StoredSession): stored is Tombstone {
  return 'ended' in stored
}

/** Characters of a percent-encoded login hint. Entra's `login_hint` claim has up to about 260. */
export const maxLoginHintLength = 320

/** The login hint of a link. It is left out when it is too long: then Entra shows the account picker. */
export function loginHintOf({ user, loginHint = user.username }: SessionRecord) {
  return encodeURIComponent(loginHint).length <= maxLoginHintLength ? { loginHint } : {}
}

/** Names a session and its user in the audit log. */
export function auditedAs(name: string, { user }: SessionRecord) {
  return { tenant: user.tenantId, user: user.id, session: name }
}
