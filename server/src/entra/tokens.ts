import { BoundedMap } from '../bounded-map.ts'
import type { AccessToken, EntraClient, TokenCache } from './client.ts'
import { EntraFailure } from './failures.ts'
import type { TokenRecords } from './token-records.ts'

/** A token that ends sooner than this is not handed out without asking MSAL. */
const spareTime = 5 * 60_000

/**
 * Access tokens of sessions. A good one is served from memory; else one flight per session goes
 * through MSAL, which takes it from the session's cache or refreshes it.
 */
export class Tokens {
  readonly #entra: EntraClient
  readonly #records: TokenRecords
  readonly #good = new BoundedMap<string, Map<string, AccessToken>>(10_000)
  readonly #flights = new Map<string, Promise<unknown>>()

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
   * @param refused the token that the API did not accept, if that is why another is needed
   * @throws {EntraFailure}
   */
  async get(sessionKey: string, scopes: string[], refused?: string): Promise<string> {
    return this.#remembered(sessionKey, scopes, refused) ?? this.#queue(sessionKey, scopes, refused)
  }

  /** Erases every token of a session; what a refresh in flight brings is thrown away. */
  async erase(sessionKey: string): Promise<void> {
    this.#good.delete(sessionKey)
    await this.#records.erase(sessionKey)
  }

  #remembered(sessionKey: string, scopes: string[], refused?: string): string | undefined {
    const known = this.#good.get(sessionKey)?.get(scopes.join(' '))
    const usable = known && known.token !== refused && known.expiresAt - spareTime > Date.now()
    return usable ? known.token : undefined
  }

  /** One at a time for each session: the next in line mostly finds what the first one fetched. */
  async #queue(sessionKey: string, scopes: string[], refused?: string): Promise<string> {
    const before = this.#flights.get(sessionKey) ?? Promise.resolve()
    const flight = before.then(
      () =>
        this.#remembered(sessionKey, scopes, refused) ?? this.#fetch(sessionKey, scopes, refused),
    )
    const settled = flight.catch(() => undefined)
    this.#flights.set(sessionKey, settled)
    try {
      return await flight
    } finally {
      if (this.#flights.get(sessionKey) === settled) this.#flights.delete(sessionKey)
    }
  }

  async #fetch(sessionKey: string, scopes: string[], refused?: string): Promise<string> {
    const read = await this.#records.find(sessionKey)
    if (!read) throw new EntraFailure('interaction_required', 'the session has no tokens')
    const force = refused !== undefined
    const { accessToken, cache } = await this.#entra.accessToken(read.record, scopes, force)
    const record = { ...read.record, ...cache }
    const unchanged = cache.serialized === read.record.serialized
    if (unchanged || (await this.#records.replace(sessionKey, read, record))) {
      this.#remember(sessionKey, scopes, accessToken)
      return accessToken.token
    }
    // Another process refreshed first, or the session ended: only in the first case are there tokens.
    if (!(await this.#records.find(sessionKey))) {
      throw new EntraFailure('interaction_required', 'the session ended meanwhile')
    }
    return accessToken.token
  }

  #remember(sessionKey: string, scopes: string[], token: AccessToken): void {
    const known = this.#good.get(sessionKey) ?? new Map<string, AccessToken>()
    this.#good.set(sessionKey, known.set(scopes.join(' '), token))
  }
}
