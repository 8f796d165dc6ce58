import { LRUCache } from 'lru-cache'
import type { AccessToken } from '../entra/token-cache.ts'

/** A token that ends sooner than this is replaced, as long as Entra can be reached. */
const refreshMarginMs = 5 * 60_000
/**
 * No token is replaced sooner after it was issued, whatever its `expires_in` says or lacks (RFC 6749
 * section 5.1: it is only recommended). Else each call would make a refresh. A token that the API
 * refuses meanwhile is replaced at once.
 */
const shortestUseMs = 60_000
/** Tokens that no call used for this time are forgotten: their session has mostly timed out. */
const unusedForMs = 60 * 60_000
const mostSessions = 10_000

/** An access token in memory. Times are milliseconds since the epoch. */
export interface RememberedToken {
  token: string
  refreshAt: number
  expiresAt: number
}

/** The access tokens of sessions, by session and then by scopes. */
export class TokenMemory {
  readonly #sessions = new LRUCache<string, Map<string, RememberedToken>>({
    max: mostSessions,
    ttl: unusedForMs,
    ttlAutopurge: true,
    ttlResolution: 0,
    updateAgeOnGet: true,
  })

  find(sessionKey: string, scopes: readonly string[]): RememberedToken | undefined {
    return this.#sessions.get(sessionKey)?.get(nameOf(scopes))
  }

  remember(sessionKey: string, scopes: readonly string[], { token, expiresAt }: AccessToken): void {
    const usedUntil = Date.now() + shortestUseMs
    const tokens = this.#sessions.get(sessionKey) ?? new Map<string, RememberedToken>()
    tokens.set(nameOf(scopes), {
      token,
      refreshAt: Math.max(expiresAt - refreshMarginMs, usedUntil),
      expiresAt: Math.max(expiresAt, usedUntil),
    })
    this.#sessions.set(sessionKey, tokens)
  }

  forget(sessionKey: string): void {
    this.#sessions.delete(sessionKey)
  }
}

function nameOf(scopes: readonly string[]): string {
  return scopes.join(' ')
}
