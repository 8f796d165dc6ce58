import { BoundedMap } from '../bounded-map.ts'
import type { AccessToken, EntraClient, TokenCache } from './client.ts'
import { EntraFailure, type EntraFailureReason } from './failures.ts'
import { Flights } from './flights.ts'
import type { StoredTokens, TokenRecords } from './token-records.ts'

/** A token that ends sooner than this is replaced, as long as Entra can be reached. */
const spareTime = 5 * 60_000

/** Why a token that is still good is of no use: the API did not accept it. */
export interface Refusal {
  token: string
  /** What the API wants the next one to fulfil (Microsoft, "Claims challenges"). */
  claims?: string | undefined
}

/** Not the person's doing: Entra is away, or refuses this app. */
const passing = new Set<EntraFailureReason>(['unavailable', 'client_rejected'])

/** Where Entra asks for none. */
const pauseSeconds = 60

/** Whose token, and for what. */
interface Need {
  sessionKey: string
  scopes: string[]
  refusal: Refusal | undefined
}

/** Entra is away: until when it is not asked again for the same need, and why. */
interface Pause {
  until: number
  failure: EntraFailure
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
  readonly #pauses = new BoundedMap<string, Pause>(10_000)
  readonly #flights = new Flights<string>()
  readonly #onSilentFailure: (failure: EntraFailure) => void

  /** @param onSilentFailure told why a token was not refreshed, where the old one served */
  constructor(
    entra: EntraClient,
    records: TokenRecords,
    onSilentFailure: (failure: EntraFailure) => void,
  ) {
    this.#entra = entra
    this.#records = records
    this.#onSilentFailure = onSilentFailure
  }

  /** Keeps the first tokens of a session. @param expiresAt milliseconds since the epoch */
  async keep(sessionKey: string, cache: TokenCache, expiresAt: number): Promise<void> {
    await this.#records.create(sessionKey, { ...cache, expiresAt })
  }

  /**
   * Call it only for a session that was just found alive.
   * @throws {EntraFailure}
   */
  async get(sessionKey: string, scopes: string[], refusal?: Refusal): Promise<string> {
    const need = { sessionKey, scopes, refusal }
    const flight = JSON.stringify([scopes, refusal])
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
    try {
      this.#requireNoPause(need)
      return await this.#ask(need)
    } catch (error) {
      if (!(error instanceof EntraFailure) || !passing.has(error.reason)) throw error
      // A token that is good for one more minute serves for that minute.
      const last = this.#remembered(need, 0)
      if (last === undefined) throw error
      if (error.wasAsked) this.#onSilentFailure(error)
      return last
    }
  }

  async #ask(need: Need): Promise<string> {
    const { sessionKey, scopes, refusal } = need
    const read = await this.#records.find(sessionKey)
    if (!read) throw new EntraFailure('interaction_required', 'the session has no tokens')
    try {
      const force = refusal !== undefined
      const request = { scopes, force, claims: refusal?.claims }
      const { accessToken, cache } = await this.#entra.accessToken(read.record, request)
      await this.#save(sessionKey, read, cache)
      this.#remember(need, accessToken)
      return accessToken.token
    } catch (error) {
      if (error instanceof EntraFailure) await this.#heed(error, need, read)
      throw error
    }
  }

  async #heed(failure: EntraFailure, need: Need, read: StoredTokens) {
    const { sessionKey, refusal } = need
    const { reason, retryAfter = pauseSeconds, claims } = failure
    if (passing.has(reason)) {
      this.#pauses.set(pauseOf(need), { until: Date.now() + retryAfter * 1_000, failure })
    }
    // What one API asks for in addition says nothing against the tokens for the others.
    const isChallenge = claims !== undefined || refusal?.claims !== undefined
    if ((reason === 'grant_rejected' || reason === 'interaction_required') && !isChallenge) {
      await this.#discard(sessionKey, read)
    }
  }

  #requireNoPause(need: Need): void {
    const pause = this.#pauses.get(pauseOf(need))
    const left = pause ? pause.until - Date.now() : 0
    if (!pause || left <= 0) return
    const { reason, message } = pause.failure
    throw new EntraFailure(reason, `paused: ${message}`, {
      cause: pause.failure,
      retryAfter: Math.ceil(left / 1_000),
      wasAsked: false,
    })
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

  #remembered({ sessionKey, scopes, refusal }: Need, spare: number): string | undefined {
    const known = this.#known.get(sessionKey)?.get(scopes.join(' '))
    const usable = known && known.token !== refusal?.token && known.expiresAt - spare > Date.now()
    return usable ? known.token : undefined
  }

  #remember({ sessionKey, scopes }: Need, token: AccessToken): void {
    const known = this.#known.get(sessionKey) ?? new Map<string, AccessToken>()
    this.#known.set(sessionKey, known.set(scopes.join(' '), token))
  }
}

/** What is throttled for one person, or one API, holds up no other. */
function pauseOf({ sessionKey, scopes }: Need): string {
  return `${sessionKey} ${scopes.join(' ')}`
}
