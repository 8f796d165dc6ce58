import { type Static, Type } from 'typebox'
import { AppInfo } from './app-info.ts'
import { CallView } from './downstream.ts'

/** The signed-in person. `id` and `tenantId` identify; `name` and `username` are for display only. */
export const User = Type.Object({
  /** Object id in the tenant (`oid`). */
  id: Type.String(),
  /** Tenant id (`tid`). */
  tenantId: Type.String(),
  name: Type.String(),
  /** `preferred_username`: a user principal name or an e-mail address; it can change. */
  username: Type.String(),
})
export type User = Static<typeof User>

const SignInMethod = Type.Union([Type.Literal('redirect'), Type.Literal('device')])
export type SignInMethod = Static<typeof SignInMethod>

export const SignedOutReason = Type.Union([
  Type.Literal('none'),
  Type.Literal('expired'),
  Type.Literal('revoked'),
])
export type SignedOutReason = Static<typeof SignedOutReason>

export const SignedOut = Type.Object({
  authenticated: Type.Literal(false),
  /** There was no session (`none`), its time was over (`expired`), or it was ended (`revoked`). */
  reason: SignedOutReason,
  signIn: Type.Object({ methods: Type.Array(SignInMethod) }),
  app: AppInfo,
})
export type SignedOut = Static<typeof SignedOut>

/** Times are ISO 8601 in UTC, by the server's clock. `serverTime` is the current time. */
export const SignedIn = Type.Object({
  authenticated: Type.Literal(true),
  user: User,
  /** Values of the app roles that the person has, as of the sign-in. */
  roles: Type.Array(Type.String()),
  calls: Type.Array(CallView),
  serverTime: Type.String(),
  /** When the session ends unless it is used before. */
  idleExpiresAt: Type.String(),
  /** When the session ends even if it is used. */
  expiresAt: Type.String(),
  app: AppInfo,
})
export type SignedIn = Static<typeof SignedIn>

/** The body of `GET /api/session`. */
export const SessionView = Type.Union([SignedIn, SignedOut])
export type SessionView = Static<typeof SessionView>

/** One of a person's own sessions, as `GET /api/sessions` lists them. */
export const OwnSession = Type.Object({
  /** Names the session in `DELETE /api/sessions/{id}`. It is not the session id of the cookie. */
  id: Type.String(),
  /** Whether this is the session of the request. */
  current: Type.Boolean(),
  /** ISO 8601, UTC. */
  createdAt: Type.String(),
  /** ISO 8601, UTC, exact to a minute. */
  lastSeenAt: Type.String(),
  /** The `User-Agent` header of the sign-in. */
  userAgent: Type.String(),
  /** The address of the client at the sign-in. */
  ip: Type.String(),
})
export type OwnSession = Static<typeof OwnSession>

/**
 * Data of the server-sent event `expiring`. Each stream sends the event before the session ends, by
 * two minutes or a quarter of the idle time, whichever is shorter, and again after an extension.
 */
export interface SessionExpiring {
  serverTime: string
  /** When the session ends unless it is used or extended before. */
  idleExpiresAt: string
  /** When the session ends even if it is used. */
  expiresAt: string
}

/** Data of the server-sent event `ended`, after which the stream closes. */
export interface SessionEnded {
  reason: Exclude<SignedOutReason, 'none'>
}
