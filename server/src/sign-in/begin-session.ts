import type { SignInMethod } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import { audit } from '../audit.ts'
import type { EntraSettings } from '../config/entra.ts'
import type { IdTokenClaims } from '../entra/id-token.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import type { SessionRoom } from '../session/room.ts'
import { auditedAs, type SessionRecord } from '../session/record.ts'
import { auditEnd, endSession } from '../session/session-end.ts'
import type { DeviceLoginCookie } from './device/device-login-cookie.ts'

/** How and when a sign-in began. */
export interface SignInStart {
  method: SignInMethod
  /** Milliseconds since the epoch. If the browser's session was ended after this time, no session begins. */
  beganAt: number
  /** Name of the browser's session at that time. */
  previousSession?: string | undefined
}

/** What Entra gave at the end of a sign-in. */
export interface Grant {
  claims: IdTokenClaims
  cache: TokenCache
  /** Full names of the granted scopes. */
  scopes: string[]
}

export interface BeginSessionOptions {
  room: SessionRoom
  deviceLoginCookie: DeviceLoginCookie
  /** A session is good only while the server has these settings. */
  settings: Pick<EntraSettings, 'authority' | 'clientId'>
}

/** Characters. */
const maxUserAgentCharacters = 256

/**
 * Makes a session of a sign-in. The scope of the route must have the session plugin.
 * @throws {Failure} `session_revoked` when the browser's session was ended since the sign-in began
 */
export async function beginSession(
  request: FastifyRequest,
  reply: FastifyReply,
  grant: Grant,
  start: SignInStart,
  { room, deviceLoginCookie, settings }: BeginSessionOptions,
): Promise<SessionRecord> {
  const { newSession } = request
  const { name } = newSession
  const record = recordOf(grant, request, settings)
  await endOthers(request, name, record, start, room)
  await newSession.begin(record, grant.cache)
  room.lastSession.set(reply, { key: name })
  // Cleared unread: a Strict cookie does not come with the navigation from Entra.
  deviceLoginCookie.clear(reply)
  audit(request, { audit: 'signed_in', method: start.method, ...auditedAs(name, record) })
  return record
}

async function endOthers(
  request: FastifyRequest,
  name: string,
  { user }: SessionRecord,
  start: SignInStart,
  room: SessionRoom,
): Promise<void> {
  for (const previous of previousSessions(request, start, room)) {
    const ended = await room.sessions.replace(previous, name, start.beganAt)
    if (ended) auditEnd(request, ended, 'next_sign_in')
  }
  for (const oldest of await room.sessions.surplusOf(user)) {
    await endSession(room, request, oldest, 'too_many')
  }
}

/** The names of this browser's sessions. The navigation from Entra brings no Strict session cookie. */
function previousSessions(
  request: FastifyRequest,
  { previousSession }: SignInStart,
  { cookie, lastSession }: SessionRoom,
): Set<string> {
  const names = [previousSession, lastSession.read(request)?.key, cookie.nameIn(request)]
  return new Set(names.filter((name) => name !== undefined))
}

function recordOf(
  { claims, scopes }: Grant,
  request: FastifyRequest,
  { authority, clientId }: BeginSessionOptions['settings'],
): SessionRecord {
  const { oid, tid, name, username, ...others } = claims
  const now = Date.now()
  return {
    user: { id: oid, tenantId: tid, name, username },
    ...others,
    authority,
    clientId,
    granted: scopes,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentCharacters),
    ip: addressOf(request),
    createdAt: now,
    lastSeenAt: now,
  }
}
