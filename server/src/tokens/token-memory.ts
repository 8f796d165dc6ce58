import { LRUCache } from 'lru-cache'
import { type AccessToken, refreshMarginMs } from '../entra/token-cache.ts'

/**
 * A token serves at least this long, whatever its `expires_in` says: RFC 6749 section 5.1 only
 * recommends `expires_in`, and without this minimum each call would make a refresh.
 */
const shortestUseMs = 60_000
/** After this time without a call, the tokens of a session leave the memory. */
const unusedForMs = 60 * 60_000
const mostSessions = 10_000

/** Times are milliseconds since the epoch. */
export interface RememberedToken {
  token: string
  refreshAt: number
  expiresAt: number
}

/** Access tokens in memory, by session and then by scopes. */
export class TokenMemory {
  readonly #sessions = new LRUCache<string, Map<string, RememberedToken>>({
    max: mostSessions,
    ttl: unusedForMs,
    ttlAutopurge: true,
    ttlResolution: 0,
    updateAgeOnGet: true,
  })

  find(sessionName: string, scopes: readonly string[]): RememberedToken | undefined {
    return this.#sessions.get(sessionName)?.get(scopes.join(' '))
  }

  remember(sessionName: string, scopes: readonly string[], { token, expiresAt }: AccessToken) {
    const usedUntil = Date.now() + shortestUseMs
    const tokens = this.#sessions.get(sessionName) ?? new Map<string, RememberedToken>()
    tokens.set(scopes.join(' '), {
      token,
      refreshAt: Math.max(expiresAt - refreshMarginMs, usedUntil),
      expiresAt: Math.max(expiresAt, usedUntil),
    })
    this.#sessions.set(sessionName, tokens)
  }

  forget(sessionName: string): void {
    this.#sessions.delete(sessionName)
  }
}
