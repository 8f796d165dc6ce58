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
  /** Why: no session was there, its time was over, or it was ended. */
  reason: SignedOutReason,
  signIn: Type.Object({ methods: Type.Array(SignInMethod) }),
  app: AppInfo,
})
export type SignedOut = Static<typeof SignedOut>

/** Times are ISO 8601 in UTC, by the server's clock, which `serverTime` tells. */
export const SignedIn = Type.Object({
  authenticated: Type.Literal(true),
  user: User,
  calls: Type.Array(CallView),
  serverTime: Type.String(),
  /** When the session ends if nothing is done with it. */
  idleExpiresAt: Type.String(),
  /** When the session ends whatever is done. */
  expiresAt: Type.String(),
  app: AppInfo,
})
export type SignedIn = Static<typeof SignedIn>

/** The body of `GET /api/session`. */
export const SessionView = Type.Union([SignedIn, SignedOut])
export type SessionView = Static<typeof SessionView>

/** One of a person's own sessions, as `GET /api/sessions` lists them. */
export const OwnSession = Type.Object({
  /** Names it in `DELETE /api/sessions/{id}`; never the cookie. */
  id: Type.String(),
  /** The one that asks. */
  current: Type.Boolean(),
  /** ISO 8601, UTC. */
  createdAt: Type.String(),
  /** ISO 8601, UTC; exact to a minute. */
  lastSeenAt: Type.String(),
  /** As the browser named itself when it signed in. */
  userAgent: Type.String(),
  /** The address from which it signed in. */
  ip: Type.String(),
})
export type OwnSession = Static<typeof OwnSession>

/**
 * Data of the server-sent event `expiring`: sent on each stream once, two minutes (at most a quarter
 * of the idle time) before the session ends, and again after it was extended and comes near its end once more.
 */
export interface SessionExpiring {
  serverTime: string
  /** Later if the session is used or extended. */
  idleExpiresAt: string
  /** When it ends whatever is done. */
  expiresAt: string
}

/** Data of the server-sent event `ended`, after which the stream closes. */
export interface SessionEnded {
  reason: Exclude<SignedOutReason, 'none'>
}
