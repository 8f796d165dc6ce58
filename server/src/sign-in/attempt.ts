import { createHash, randomBytes } from 'node:crypto'
import { type KeyRing, sameText } from '../secrets/key-ring.ts'
import { seal, unseal } from '../secrets/seal.ts'
import type { LocalPath } from './local-path.ts'

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
  /**
   * Key of the session that this browser had. The callback comes from another site, without the
   * Strict session cookie, and must still end that session.
   */
  replaces?: string
}

export const attemptLifetime = 10 * 60_000

export function createAttempt(
  wishes: Pick<Attempt, 'returnTo' | 'scopes'> & { replaces: string | undefined },
): Attempt {
  const { replaces, ...rest } = wishes
  return {
    ...rest,
    ...(replaces !== undefined && { replaces }),
    state: randomText(),
    nonce: randomText(),
    codeVerifier: randomText(),
    createdAt: Date.now(),
  }
}

/** Names the attempt's cookie: tells nothing that the same browser could not know. */
export function attemptId(state: string): string {
  return createHash('sha256').update(state).digest('hex').slice(0, 16)
}

/** S256 (RFC 7636 section 4.2). */
export function codeChallenge(attempt: Attempt): string {
  return createHash('sha256').update(attempt.codeVerifier).digest('base64url')
}

export function sealAttempt(ring: KeyRing, attempt: Attempt): string {
  const context = contextOf(attemptId(attempt.state))
  return seal(ring, context, JSON.stringify(attempt)).toString('base64url')
}

/** @returns undefined for a cookie that this server did not make, or not under this name */
export function openAttempt(ring: KeyRing, id: string, cookie: string): Attempt | undefined {
  try {
    const text = unseal(ring, contextOf(id), Buffer.from(cookie, 'base64url'))
    return JSON.parse(text) as Attempt
  } catch {
    return undefined
  }
}

export function isFor(attempt: Attempt, state: string): boolean {
  return sameText(attempt.state, state)
}

export function isExpired(attempt: Attempt): boolean {
  return Date.now() - attempt.createdAt > attemptLifetime
}

function contextOf(id: string): string {
  return `attempt:${id}`
}

function randomText(): string {
  return randomBytes(32).toString('base64url')
}
