import { BoundedMap } from '../bounded-map.ts'
import type { AccessToken, EntraClient, TokenCache } from './client.ts'
import { EntraFailure } from './failures.ts'
import { Flights } from './flights.ts'
import type { StoredTokens, TokenRecords } from './token-records.ts'

/** A token that ends sooner than this is replaced, as long as Entra can be reached. */
const spareTime = 5 * 60_000

/** Whose token, and for what. */
interface Need {
  sessionKey: string
  scopes: string[]
  /** The token that the API did not accept, if that is why another is needed. */
  refused: string | undefined
}

/**
 * Access tokens of sessions. A good one is served from memory; else one flight per session goes
 * through MSAL, which takes it from the session's cache or refreshes it.
 */
export class Tokens {
  readonly #entra: EntraClient
  readonly #records: TokenRecords
  /** By session, then by scopes. */
  readonly #known = new BoundedMap<string, Map<string, AccessToken>>(10_000)
  readonly #flights = new Flights<string>()

  constructor(entra: EntraClient, records: TokenRecords) {
    this.#entra = entra
    this.#records = records
  }

  /** Keeps the first tokens of a session. @param expiresAt milliseconds since the epoch */
  async keep(sessionKey: string, cache: TokenCache, expiresAt: number): Promise<void> {
    await this.#records.create(sessionKey, { ...cache, expiresAt })
  }

  /**
   * Call it only for a session that was just found alive.
   * @throws {EntraFailure}
   */
  async get(sessionKey: string, scopes: string[], refused?: string): Promise<string> {
    const need = { sessionKey, scopes, refused }
    const flight = `${scopes.join(' ')} ${refused ?? ''}`
    return (
      this.#remembered(need, spareTime) ??
      this.#flights.run(sessionKey, flight, () => this.#fetch(need))
    )
  }

  /** Erases every token of a session; what a refresh in flight brings is thrown away. */
  async erase(sessionKey: string): Promise<void> {
    this.#known.delete(sessionKey)
    await this.#records.erase(sessionKey)
  }

  reseal(sessionKey: string): Promise<void> {
    return this.#records.reseal(sessionKey)
  }

  async #fetch(need: Need): Promise<string> {
    const { sessionKey, scopes, refused } = need
    const read = await this.#records.find(sessionKey)
    if (!read) throw new EntraFailure('interaction_required', 'the session has no tokens')
    try {
      const force = refused !== undefined
      const { accessToken, cache } = await this.#entra.accessToken(read.record, scopes, force)
      await this.#save(sessionKey, read, cache)
      this.#remember(need, accessToken)
      return accessToken.token
    } catch (error) {
      const reason = error instanceof EntraFailure ? error.reason : undefined
      // While Entra is away, a token that is good for one more minute serves for that minute.
      const last = reason === 'unavailable' ? this.#remembered(need, 0) : undefined
      if (last !== undefined) return last
      if (reason === 'grant_rejected' || reason === 'interaction_required') {
        await this.#discard(sessionKey, read)
      }
      throw error
    }
  }

  /** Another process may have refreshed first: Entra lets both live. An ended session has none. */
  async #save(sessionKey: string, read: StoredTokens, cache: TokenCache): Promise<void> {
    if (cache.serialized === read.record.serialized) return
    if (await this.#records.replace(sessionKey, read, { ...read.record, ...cache })) return
    if (await this.#records.find(sessionKey)) return
    throw new EntraFailure('interaction_required', 'the session ended meanwhile')
  }

  /** Tokens that Entra no longer takes: kept, they would be offered to it again and again. */
  async #discard(sessionKey: string, read: StoredTokens): Promise<void> {
    this.#known.delete(sessionKey)
    await this.#records.replace(sessionKey, read, { ...read.record, serialized: '' })
  }

  #remembered({ sessionKey, scopes, refused }: Need, spare: number): string | undefined {
    const known = this.#known.get(sessionKey)?.get(scopes.join(' '))
    const usable = known && known.token !== refused && known.expiresAt - spare > Date.now()
    return usable ? known.token : undefined
  }

  #remember({ sessionKey, scopes }: Need, token: AccessToken): void {
    const known = this.#known.get(sessionKey) ?? new Map<string, AccessToken>()
    this.#known.set(sessionKey, known.set(scopes.join(' '), token))
  }
}
