import { createHash, randomBytes } from 'node:crypto'
import type { LocalPath } from '@entra-bff/shared'
import { sameText } from '../secrets/key-ring.ts'

/**
 * One try to sign in. It lives in a sealed cookie of its own, so a stranger costs no storage and
 * two tabs do not fight. Good for ten minutes and one callback.
 */
export interface Attempt {
  /** 256 random bits; comes back from Entra (RFC 6749 section 10.12). */
  state: string
  /** 256 random bits; comes back inside the ID token (OpenID Connect Core section 3.1.2.1). */
  nonce: string
  /** PKCE code verifier (RFC 7636). */
  codeVerifier: string
  returnTo: LocalPath
  scopes: string[]
  /** Milliseconds since the epoch. */
  createdAt: number
}

export const attemptLifetime = 10 * 60_000

export function createAttempt(returnTo: LocalPath, scopes: string[]): Attempt {
  return {
    returnTo,
    scopes,
    state: randomText(),
    nonce: randomText(),
    codeVerifier: randomText(),
    createdAt: Date.now(),
  }
}

/** Names the attempt's cookie, and its claim in the store. */
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
  return Date.now() - attempt.createdAt > attemptLifetime
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}
