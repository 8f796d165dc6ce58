import type { User } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authentication, StepUp } from '../entra/authentication.ts'
import type { Failure } from '../failure.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import { notSignedIn } from '../session/lookup.ts'
import type { Rejection } from '../tokens/token-refresh.ts'

/** The user for whom a request calls an API, whatever credential the request carries. */
export interface Caller {
  /** Identifies the caller inside this server. Limits count calls by this name. */
  readonly name: string
  readonly user: User
  /** Values of the app roles that the token of the caller has. */
  readonly roles: readonly string[]
  /** Object ids of the groups that the token has: none when they are too many for a token. See `isInGroup`. */
  readonly groups: readonly string[]
  hasRole(role: string): boolean
  /**
   * Asks Microsoft Graph when the groups are too many for the token.
   * @param group an object id
   * @throws {Failure} when Graph does not tell
   */
  isInGroup(group: string): MaybePromise<boolean>
  /** How and when the caller proved who they are; undefined when Entra did not tell. */
  readonly authentication: Authentication | undefined
  /**
   * An access token of the caller for one resource.
   * @param scopes the scopes, all of one resource
   * @param rejected the token that the API refused, when this is the second attempt
   * @throws {Failure} `consent_required`, `reauthentication_required`, `claims_challenge`,
   * `identity_provider_unavailable`
   */
  tokenFor(scopes: readonly string[], rejected?: Rejection): Promise<string>
  /**
   * The failure for an API that refuses every token. It tells the caller how to get a better token.
   * @param claims what the API wants the next token to fulfill
   */
  challenge(reason: string, claims: string | undefined): Promise<Failure>
  /** The failure for a caller who must prove more. It tells the caller how. */
  stepUp(required: StepUp): Promise<Failure>
  /** Keeps the session alive. To be called after each API call that succeeded. */
  touch(reply: FastifyReply): Promise<void>
  /**
   * For an answer that takes long.
   * @param onEnd called when the session has ended, so that the caller may read no more
   * @returns ends the watch
   */
  watch(onEnd: (failure: Failure) => void): () => void
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The signed-in user, set by the guard of `/api`; undefined when nobody is signed in. */
    caller: Caller | undefined
  }
}

/** @throws {Failure} `not_signed_in`, `session_expired`, `session_revoked` */
export function requireCaller(request: FastifyRequest): Caller {
  if (request.caller) return request.caller
  throw notSignedIn(request.lookup)
}
