import type { FastifyBaseLogger } from 'fastify'
import type { CacheCounts } from '../cache-counts.ts'
import { EntraFailure } from '../entra/failures.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import type { Vault } from '../store/vault.ts'
import { BackOff } from './back-off.ts'
import { RefreshLeases } from './refresh-leases.ts'
import { SingleFlight } from './single-flight.ts'
import { TokenMemory } from './token-memory.ts'
import { TokenRecords } from './token-records.ts'
import {
  isTransient,
  type Rejection,
  TokenRefresh,
  type TokenRequest,
  type TokenSource,
} from './token-refresh.ts'

interface SessionTokensOptions {
  entra: TokenSource
  records: TokenRecords
  leases: RefreshLeases
  /** Called with the reason when a token was not refreshed and the old token served. */
  onSilentFailure: (failure: EntraFailure) => void
}

/**
 * The access tokens of sessions. A good token comes from memory. Else one request per session takes
 * the token from the session's record or refreshes it, once for all processes that share the store.
 */
export class SessionTokens {
  readonly #options: SessionTokensOptions
  readonly #memory = new TokenMemory()
  readonly #backOff = new BackOff()
  readonly #singleFlight = new SingleFlight<string>()
  readonly #refresh: TokenRefresh

  constructor(options: SessionTokensOptions) {
    this.#options = options
    this.#refresh = new TokenRefresh({ ...options, memory: this.#memory })
  }

  get cacheCounts(): CacheCounts {
    return this.#memory.cacheCounts
  }

  /** Keeps the first tokens of a session. @param expiresAt milliseconds since the epoch */
  create(sessionName: string, cache: TokenCache, expiresAt: number): Promise<void> {
    return this.#options.records.create(sessionName, cache, expiresAt)
  }

  /**
   * Call it only for a session that was just found alive.
   * @param scopes the scopes, all of one resource
   * @param rejected the token that the API refused, when this is the second attempt
   * @throws {EntraFailure}
   */
  async accessToken(
    sessionName: string,
    scopes: readonly string[],
    rejected?: Rejection,
  ): Promise<string> {
    const request = { sessionName, scopes, rejected }
    const known = this.#memory.fresh(sessionName, scopes)
    if (known !== undefined && known !== rejected?.token) return known
    const flight = JSON.stringify([scopes, rejected])
    return this.#singleFlight.run(sessionName, flight, () => this.#fetch(request))
  }

  /** Erases every token of a session. The answer to a refresh in flight is thrown away. */
  async erase(sessionName: string): Promise<void> {
    this.#refresh.cancel(sessionName)
    await this.#options.records.erase(sessionName)
    // The second `cancel` is for a refresh that read the record in between.
    this.#refresh.cancel(sessionName)
  }

  reseal(sessionName: string): Promise<void> {
    return this.#options.records.reseal(sessionName)
  }

  async #fetch(request: TokenRequest): Promise<string> {
    const { sessionName, scopes } = request
    // Entra throttles per user and API: tokens for other APIs are still requested.
    const pause = `${sessionName} ${scopes.join(' ')}`
    try {
      this.#backOff.requireNone(pause)
      return await this.#refresh.run(request)
    } catch (error) {
      if (!(error instanceof EntraFailure) || !isTransient(error)) throw error
      if (error.wasSent) this.#backOff.begin(pause, error)
      // A token that is good for one more minute serves for that minute.
      const last = await this.#refresh.unexpired(request)
      if (last === undefined) throw error
      if (error.wasSent) this.#options.onSilentFailure(error)
      return last
    }
  }
}

export function createSessionTokens(
  entra: TokenSource,
  vault: Vault,
  log: FastifyBaseLogger,
): SessionTokens {
  return new SessionTokens({
    entra,
    records: new TokenRecords(vault),
    leases: new RefreshLeases(vault),
    onSilentFailure: (err) => {
      log.error({ err }, 'no token can be refreshed; those that are still good serve')
    },
  })
}
