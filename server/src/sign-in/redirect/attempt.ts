import { createHash, randomBytes } from 'node:crypto'
import type { LocalPath } from '@entra-bff/shared'
import { sameText } from '../../secrets/key-ring.ts'

/**
 * One try to sign in. It lives in a sealed cookie of its own, so to start one costs no storage and
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
  /** Key of the session that the browser had at the start. */
  hadSession?: string | undefined
  /** Milliseconds since the epoch. */
  createdAt: number
}

const attemptLifetimeMs = 10 * 60_000
/** Longer than an attempt is good for, so that a person whose sign-in took too long is told so. */
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
  return Date.now() - attempt.createdAt > attemptLifetimeMs
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}
