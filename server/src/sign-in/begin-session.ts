import type { SignInMethod } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import { audit } from '../audit.ts'
import type { EntraSettings } from '../config/entra.ts'
import type { IdTokenClaims } from '../entra/id-token.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import type { Tokens } from '../tokens/session-tokens.ts'
import type { SessionCookie } from '../session/cookie.ts'
import { endSession, tellEnd } from '../session/end.ts'
import { absoluteExpiry, type Lifetimes } from '../session/lifetimes.ts'
import { type SessionRecord, whoOf } from '../session/record.ts'
import type { Sessions } from '../session/sessions.ts'
import type { DeviceCookie } from './device/device-cookie.ts'
import type { LastSession } from '../session/last-session.ts'

/** How a session came to be. */
export interface SignInFacts {
  method: SignInMethod
  /** Milliseconds since the epoch: a session of this browser that was ended later stays ended. */
  beganAt: number
  /** Key of the session that the browser had then. */
  hadSession?: string | undefined
}

/** What Entra gave at the end of a sign-in. */
export interface Grant {
  claims: IdTokenClaims
  cache: TokenCache
  scopes: string[]
}

export interface SessionBeginnerOptions {
  sessions: Sessions
  cookie: SessionCookie
  tokens: Tokens
  lastSession: LastSession
  deviceCookie: DeviceCookie
  lifetimes: Lifetimes
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
    const { sessions, tokens, lastSession, deviceCookie, lifetimes } = this.#options
    const record = this.#recordOf(grant, request)
    const key = sessions.keyOf(request.session.sessionId)
    await this.#endOthers(request, key, record, facts)
    await tokens.keep(key, grant.cache, absoluteExpiry(record, lifetimes))
    request.session.record = record
    try {
      await request.session.save()
    } catch (error) {
      // Else the plugin would try again when the answer is sent, and fail that too.
      delete request.session.record
      await tokens.erase(key).catch(() => undefined)
      throw error
    }
    lastSession.remember(reply, key)
    deviceCookie.forget(reply)
    audit(request, { audit: 'signed_in', method: facts.method, ...whoOf(key, record) })
    return record
  }

  async #endOthers(
    request: FastifyRequest,
    key: string,
    { user }: SessionRecord,
    facts: SignInFacts,
  ): Promise<void> {
    const { sessions } = this.#options
    for (const previous of this.#previousOf(request, facts)) {
      const ended = await sessions.replace(previous, key, facts.beganAt)
      if (ended) tellEnd(request, ended, 'next_sign_in')
    }
    for (const oldest of await sessions.surplusOf(user)) {
      await endSession(request, sessions, oldest, 'too_many')
    }
  }

  /** What this browser had: coming from Entra, the strict cookie may be missing. */
  #previousOf(request: FastifyRequest, { hadSession }: SignInFacts): Set<string> {
    const { sessions, cookie, lastSession } = this.#options
    const id = cookie.idIn(request)
    const own = id === undefined ? undefined : sessions.keyOf(id)
    const keys = [hadSession, lastSession.keyIn(request), own]
    return new Set(keys.filter((key) => key !== undefined))
  }

  #recordOf({ claims, scopes }: Grant, request: FastifyRequest): SessionRecord {
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
      granted: scopes,
      userAgent: (request.headers['user-agent'] ?? '').slice(0, longestUserAgent),
      ip: addressOf(request),
      createdAt: now,
      lastSeenAt: now,
    }
  }
}
