import { loginHref, type LoginQuery } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { audit } from '../audit.ts'
import type { StepUp } from '../entra/authentication.ts'
import { EntraFailure } from '../entra/failures.ts'
import { Failure } from '../failure.ts'
import { checkCsrf } from '../http/csrf.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { auditedAs, loginHintOf } from '../session/record.ts'
import type { SessionRoom } from '../session/room.ts'
import { type LiveSession, notSignedIn } from '../session/lookup.ts'
import { touchSession } from '../session/touch.ts'
import type { SignInDemands } from '../tokens/sign-in-demands.ts'
import type { SessionTokens } from '../tokens/session-tokens.ts'
import { isTransient, type Rejection } from '../tokens/token-refresh.ts'
import type { Caller } from './caller.ts'
import type { ClaimGaps } from './claim-gaps.ts'
import type { CallerSource } from './guard.ts'
import { stepUpChallenge, stepUpClaims, stepUpDetail } from './step-up.ts'

export interface CookieCallerOptions {
  room: SessionRoom
  tokens: SessionTokens
  demands: SignInDemands
  publicUrl: string
  claimGaps: ClaimGaps
  /** The scopes that the query of a sign-in may name. */
  knownScopes: readonly string[]
  /** Asks Microsoft Graph whether a caller is in a group. @throws {Failure} when Graph does not tell */
  isMember: (caller: Caller, group: string) => MaybePromise<boolean>
}

/** Finds the caller by the session cookie. Refuses a request that another origin made the browser send. */
export function cookieCallers(options: CookieCallerOptions): CallerSource {
  const { sessions, cookie } = options.room
  return (request) => {
    const value = cookie.valueIn(request)
    checkCsrf(request, options.publicUrl, value !== undefined)
    const name = value === undefined ? undefined : cookie.nameFor(value)
    if (name === undefined) return undefined
    return andThen(sessions.find(name), (lookup) => {
      request.lookup = lookup
      return lookup.kind === 'live' ? new CookieCaller(request, lookup.session, options) : undefined
    })
  }
}

const none: readonly string[] = []

class CookieCaller implements Caller {
  readonly #request: FastifyRequest
  readonly #session: LiveSession
  readonly #options: CookieCallerOptions

  constructor(request: FastifyRequest, session: LiveSession, options: CookieCallerOptions) {
    this.#request = request
    this.#session = session
    this.#options = options
  }

  get name() {
    return this.#session.name
  }

  get user() {
    return this.#session.record.user
  }

  get roles() {
    return this.#session.record.roles ?? none
  }

  get groups() {
    return this.#session.record.groups ?? none
  }

  get authentication() {
    return this.#session.record.authentication
  }

  hasRole(role: string): boolean {
    const { roles } = this.#session.record
    this.#options.claimGaps.note('roles', roles !== undefined, role)
    return roles?.includes(role) ?? false
  }

  isInGroup(group: string): MaybePromise<boolean> {
    const { groups, hasMoreGroups = false } = this.#session.record
    const { claimGaps, isMember } = this.#options
    claimGaps.note('groups', hasMoreGroups || groups !== undefined, group)
    return hasMoreGroups ? isMember(this, group) : this.groups.includes(group.toLowerCase())
  }

  async tokenFor(scopes: readonly string[], rejected?: Rejection): Promise<string> {
    try {
      return await this.#options.tokens.accessToken(this.name, scopes, rejected)
    } catch (error) {
      if (!(error instanceof EntraFailure)) throw error
      if (error.wasSent) this.#audit(error)
      throw await this.#failureOf(error, scopes, rejected)
    }
  }

  /** The failure asks for a sign-in of the same account, which must fulfill any claims. */
  async challenge(reason: string, claims: string | undefined, cause?: unknown): Promise<Failure> {
    if (claims === undefined) {
      const loginHref = this.#loginHref()
      return new Failure('reauthentication_required', reason, { cause, loginHref })
    }
    const kept = await this.#options.demands.keep(this.name, { claims })
    const loginHref = this.#loginHref({ claims: kept })
    return new Failure('claims_challenge', reason, { cause, loginHref })
  }

  /** The failure asks for a sign-in of the same account, which must prove what is required. */
  async stepUp({ authenticationContext, maxAgeSeconds }: StepUp): Promise<Failure> {
    const required = {
      ...(authenticationContext !== undefined && { authenticationContext }),
      ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    }
    const claims = stepUpClaims(required)
    const { tenantId, id: userId } = this.user
    const kept = await this.#options.demands.keep(this.name, {
      ...(claims !== undefined && { claims }),
      stepUp: { ...required, tenantId, userId },
    })
    return new Failure('insufficient_user_authentication', 'the sign-in proves too little', {
      publicDetail: stepUpDetail(required),
      loginHref: this.#loginHref({ claims: kept }),
      wwwAuthenticate: stepUpChallenge(required),
    })
  }

  async touch(reply: FastifyReply): Promise<void> {
    await touchSession(this.#options.room, this.#request, reply, this.#session)
  }

  watch(onEnd: (failure: Failure) => void): () => void {
    return this.#options.room.watches.add(this.name, (found) => {
      if (found.kind !== 'live') onEnd(notSignedIn(found))
    })
  }

  async #failureOf(
    cause: EntraFailure,
    scopes: readonly string[],
    rejected: Rejection | undefined,
  ): Promise<Failure> {
    const { reason, message, retryAfterSeconds } = cause
    if (isTransient(cause)) {
      return new Failure('identity_provider_unavailable', message, { cause, retryAfterSeconds })
    }
    if (reason !== 'consent_required') {
      return this.challenge(message, cause.claims ?? rejected?.claims, cause)
    }
    return new Failure(reason, message, {
      cause,
      publicDetail: `This call needs the permission ${scopes.join(', ')}, which you have not given to this app yet.`,
      loginHref: this.#loginHref(await this.#queryFor(scopes)),
    })
  }

  async #queryFor(scopes: readonly string[]): Promise<LoginQuery> {
    const { knownScopes, demands } = this.#options
    if (scopes.every((scope) => knownScopes.includes(scope))) return { scopes: scopes.join(' ') }
    return { claims: await demands.keep(this.name, { scopes: [...scopes] }) }
  }

  #audit({ reason: code, facts: entra }: EntraFailure): void {
    const who = auditedAs(this.name, this.#session.record)
    audit(this.#request, { audit: 'refresh_failed', code, entra, ...who })
  }

  /** The address of a sign-in of the same account. Entra mostly shows no page for this sign-in. */
  #loginHref(query: LoginQuery = {}): string {
    return loginHref({ ...loginHintOf(this.#session.record), ...query })
  }
}
