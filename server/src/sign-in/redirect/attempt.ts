import { createHash, randomBytes } from 'node:crypto'
import { type LocalPath } from '@entra-bff/shared'
import { type Static, Type } from 'typebox'
import { sameText } from '../../secrets/key-ring.ts'
import { DemandedStepUp } from '../../tokens/sign-in-demands.ts'

/**
 * One try to sign in. Each attempt has a sealed cookie of its own, so that two tabs do not disturb each
 * other and a start takes no storage. An attempt is good for ten minutes and one callback.
 */
export const Attempt = Type.Object({
  /** 256 random bits, which Entra sends back (RFC 6749 section 10.12). */
  state: Type.String(),
  /** 256 random bits, which come back in the ID token (OpenID Connect Core section 3.1.2.1). */
  nonce: Type.String(),
  /** PKCE code verifier (RFC 7636). */
  codeVerifier: Type.String(),
  /** `localPath` checked this path before the attempt was sealed. */
  returnTo: Type.Unsafe<LocalPath>(Type.String()),
  scopes: Type.Array(Type.String()),
  /** The handle of the demand that this sign-in passes on to Entra. */
  demand: Type.Optional(Type.String()),
  /** What the sign-in must prove. */
  stepUp: Type.Optional(DemandedStepUp),
  /** Name of the session that the browser had at the start. */
  previousSession: Type.Optional(Type.String()),
  /** Milliseconds since the epoch. */
  createdAt: Type.Number(),
})
export type Attempt = Static<typeof Attempt>

const attemptLifetimeMs = 10 * 60_000
/** The cookie outlives the attempt, so that a late callback is told `state_expired`. */
export const attemptCookieMs = 2 * attemptLifetimeMs

export function createAttempt(
  facts: Pick<Attempt, 'returnTo' | 'scopes' | 'previousSession' | 'demand' | 'stepUp'>,
): Attempt {
  return {
    ...facts,
    state: randomText(),
    nonce: randomText(),
    codeVerifier: randomText(),
    createdAt: Date.now(),
  }
}

/** A hash of the state. It names the cookie of the attempt and the record of a used state. */
export function attemptId(state: string): string {
  return createHash('sha256').update(state).digest('hex').slice(0, 16)
}

/** The S256 challenge of PKCE (RFC 7636 section 4.2). */
export function codeChallenge(attempt: Attempt): string {
  return createHash('sha256').update(attempt.codeVerifier).digest('base64url')
}

export function hasState(attempt: Attempt, state: string): boolean {
  return sameText(attempt.state, state)
}

export function isExpired(attempt: Attempt): boolean {
  return Date.now() - attempt.createdAt > attemptLifetimeMs
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}
