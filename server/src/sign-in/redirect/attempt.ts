import { createHash, randomBytes } from 'node:crypto'
import { type LocalPath } from '@entra-bff/shared'
import { type Static, Type } from 'typebox'
import { sameText } from '../../secrets/key-ring.ts'

/**
 * One try to sign in. It lives in a sealed cookie of its own, so that two tabs do not disturb each
 * other, and a start takes no storage. It is good for ten minutes and one callback.
 */
export const Attempt = Type.Object({
  /** 256 random bits; Entra sends them back (RFC 6749 section 10.12). */
  state: Type.String(),
  /** 256 random bits; they come back inside the ID token (OpenID Connect Core section 3.1.2.1). */
  nonce: Type.String(),
  /** PKCE code verifier (RFC 7636). */
  codeVerifier: Type.String(),
  /** Checked before the attempt was sealed. */
  returnTo: Type.Unsafe<LocalPath>(Type.String()),
  scopes: Type.Array(Type.String()),
  /** Name of the session that the browser had at the start. */
  hadSession: Type.Optional(Type.String()),
  /** Milliseconds since the epoch. */
  createdAt: Type.Number(),
})
export type Attempt = Static<typeof Attempt>

const attemptLifetimeMs = 10 * 60_000
/** Longer than the lifetime, so that a user whose sign-in took too long is told so. */
export const attemptKeptMs = 2 * attemptLifetimeMs

export function createAttempt(facts: Pick<Attempt, 'returnTo' | 'scopes' | 'hadSession'>): Attempt {
  return {
    ...facts,
    state: randomText(),
    nonce: randomText(),
    codeVerifier: randomText(),
    createdAt: Date.now(),
  }
}

/** Names the cookie of the attempt, and the record of a used state. */
export function attemptId(state: string): string {
  return createHash('sha256').update(state).digest('hex').slice(0, 16)
}

/** S256 (RFC 7636 section 4.2). */
export function codeChallenge(attempt: Attempt): string {
  return createHash('sha256').update(attempt.codeVerifier).digest('base64url')
}

export function isFor(attempt: Attempt, state: string): boolean {
  return sameText(attempt.state, state)
}

export function isExpired(attempt: Attempt): boolean {
  return Date.now() - attempt.createdAt > attemptLifetimeMs
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}
