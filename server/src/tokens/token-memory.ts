import { LRUCache } from 'lru-cache'
import { CacheCounts } from '../cache-counts.ts'
import { type AccessToken, refreshMarginMs } from '../entra/token-cache.ts'

/**
 * A token serves at least this long, whatever its `expires_in` says: RFC 6749 section 5.1 only
 * recommends `expires_in`, and without this minimum each call would make a refresh.
 */
const shortestUseMs = 60_000
/** After this time without a call, the tokens of a session leave the memory. */
const unusedForMs = 60 * 60_000
const maxSessions = 10_000

/** Times are milliseconds since the epoch. */
interface RememberedToken {
  token: string
  refreshAt: number
  expiresAt: number
}

/** Access tokens in memory, by session and then by scopes. */
export class TokenMemory {
  readonly #sessions = new LRUCache<string, Map<string, RememberedToken>>({
    max: maxSessions,
    ttl: unusedForMs,
    ttlAutopurge: true,
    // A read makes no timer.
    ttlResolution: 0,
    updateAgeOnGet: true,
  })

  /** A hit is a token that needs no refresh yet. */
  readonly cacheCounts = new CacheCounts()

  /** A token that needs no refresh yet. */
  fresh(sessionName: string, scopes: readonly string[]): string | undefined {
    const known = this.#find(sessionName, scopes)
    if (known && known.refreshAt > Date.now()) {
      this.cacheCounts.hits += 1
      return known.token
    }
    this.cacheCounts.misses += 1
    return undefined
  }

  /**
   * A token that should be refreshed, but still serves.
   * @param refused the token that the API refused
   */
  unexpired(
    sessionName: string,
    scopes: readonly string[],
    refused: string | undefined,
  ): string | undefined {
    const known = this.#find(sessionName, scopes)
    if (!known || known.token === refused || known.expiresAt <= Date.now()) return undefined
    return known.token
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

  #find(sessionName: string, scopes: readonly string[]): RememberedToken | undefined {
    return this.#sessions.get(sessionName)?.get(scopes.join(' '))
  }
}
