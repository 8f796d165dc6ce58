import type { SignInMethod } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import { audit } from '../audit.ts'
import type { EntraSettings } from '../config/entra.ts'
import { fullScope } from '../config/scopes.ts'
import type { IdTokenClaims } from '../entra/id-token.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import { absoluteExpiry } from '../session/lifetimes.ts'
import type { SessionRoom } from '../session/open-sessions.ts'
import { auditedAs, type SessionRecord } from '../session/record.ts'
import { auditEnd } from '../session/session-end.ts'
import type { SessionTokens } from '../tokens/session-tokens.ts'
import type { DeviceLoginCookie } from './device/device-login-cookie.ts'

/** How a session came to be. */
export interface SignInFacts {
  method: SignInMethod
  /** Milliseconds since the epoch. If the browser's session was ended after that, no session begins. */
  beganAt: number
  /** Name of the session that the browser had then. */
  hadSession?: string | undefined
}

/** What Entra gave at the end of a sign-in. */
export interface Grant {
  claims: IdTokenClaims
  cache: TokenCache
  /** As Entra names them. */
  scopes: readonly string[]
  /** The scopes that were asked for. */
  askedScopes: readonly string[]
}

export interface SessionBeginnerOptions {
  room: SessionRoom
  tokens: SessionTokens
  deviceLoginCookie: DeviceLoginCookie
  /** The settings that the session belongs to. */
  entra: Pick<EntraSettings, 'authority' | 'clientId'>
}

const longestUserAgent = 256

/** The one place where a sign-in becomes a session. Call it in a scope with the session plugin. */
export class SessionBeginner {
  readonly #options: SessionBeginnerOptions

  constructor(options: SessionBeginnerOptions) {
    this.#options = options
  }

  /** @throws {Failure} `session_revoked` when the browser's session was ended meanwhile */
  async begin(
    request: FastifyRequest,
    reply: FastifyReply,
    grant: Grant,
    facts: SignInFacts,
  ): Promise<SessionRecord> {
    const { room, tokens, deviceLoginCookie } = this.#options
    const { newSession } = request
    const { name } = newSession
    const record = this.#recordOf(grant, request)
    await this.#endOthers(request, name, record, facts)
    await tokens.keep(name, grant.cache, absoluteExpiry(record, room.lifetimes))
    try {
      await newSession.begin(record)
    } catch (error) {
      await tokens.erase(name).catch(() => undefined)
      throw error
    }
    room.lastSession.set(reply, { name })
    // Unread, for a Strict cookie does not come with the navigation from Entra.
    deviceLoginCookie.clear(reply)
    audit(request, { audit: 'signed_in', method: facts.method, ...auditedAs(name, record) })
    return record
  }

  async #endOthers(
    request: FastifyRequest,
    name: string,
    { user }: SessionRecord,
    facts: SignInFacts,
  ): Promise<void> {
    const { sessions, sessionEnd } = this.#options.room
    for (const previous of this.#previousOf(request, facts)) {
      const ended = await sessions.replace(previous, name, facts.beganAt)
      if (ended) auditEnd(request, ended, 'next_sign_in')
    }
    for (const oldest of await sessions.surplusOf(user)) {
      await sessionEnd.end(request, oldest, 'too_many')
    }
  }

  /** The sessions that this browser had. The Strict session cookie does not come from Entra. */
  #previousOf(request: FastifyRequest, { hadSession }: SignInFacts): Set<string> {
    const { sessions, cookie, lastSession } = this.#options.room
    const id = cookie.idIn(request)
    const own = id === undefined ? undefined : sessions.nameOf(id)
    const names = [hadSession, lastSession.read(request)?.name, own]
    return new Set(names.filter((name) => name !== undefined))
  }

  #recordOf({ claims, scopes, askedScopes }: Grant, request: FastifyRequest): SessionRecord {
    const { oid, tid, iss, name, username, sid, loginHint } = claims
    const { authority, clientId } = this.#options.entra
    const now = Date.now()
    return {
      user: { id: oid, tenantId: tid, name, username },
      iss,
      authority,
      clientId,
      ...(sid !== undefined && { sid }),
      ...(loginHint !== undefined && { loginHint }),
      granted: scopes.map((scope) => fullScope(scope, askedScopes)),
      userAgent: (request.headers['user-agent'] ?? '').slice(0, longestUserAgent),
      ip: addressOf(request),
      createdAt: now,
      lastSeenAt: now,
    }
  }
}
