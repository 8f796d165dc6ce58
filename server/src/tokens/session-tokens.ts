import type { EntraClient } from '../entra/client.ts'
import { EntraFailure, type EntraFailureReason } from '../entra/failures.ts'
import { Flights } from './single-flight.ts'
import { Pauses } from './back-off.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import { TokenMemory } from './remembered-tokens.ts'
import type { StoredTokens, TokenRecords } from './token-records.ts'

/** Why a token that is still good is of no use: the API did not accept it. */
export interface Refusal {
  token: string
  /** What the API wants the next one to fulfil (Microsoft, "Claims challenges"). */
  claims?: string | undefined
}

/** Not the person's doing: Entra is away, or refuses this app. */
const transient = new Set<EntraFailureReason>(['unavailable', 'client_rejected'])

/** Whose token, and for what. */
interface TokenRequest {
  sessionKey: string
  scopes: string[]
  refusal: Refusal | undefined
}

/** A request to Entra that is under way. */
interface Asking {
  /** The session's tokens were erased meanwhile: what comes must not be remembered. */
  isErased: boolean
}

/**
 * Access tokens of sessions. A good one is served from memory; else one flight per session goes
 * through MSAL, which takes it from the session's cache or refreshes it.
 */
export class Tokens {
  readonly #entra: EntraClient
  readonly #records: TokenRecords
  readonly #memory = new TokenMemory()
  readonly #pauses = new Pauses()
  readonly #flights = new Flights<string>()
  /** By session: of one session there is one at a time. */
  readonly #asking = new Map<string, Asking>()
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
    const request = { sessionKey, scopes, refusal }
    const flight = JSON.stringify([scopes, refusal])
    return (
      this.#remembered(request, 'refreshAt') ??
      this.#flights.run(sessionKey, flight, () => this.#fetch(request))
    )
  }

  /** Erases every token of a session; what a refresh in flight brings is thrown away. */
  async erase(sessionKey: string): Promise<void> {
    this.#forget(sessionKey)
    await this.#records.erase(sessionKey)
    // Again, for a request that read the record in between.
    this.#forget(sessionKey)
  }

  reseal(sessionKey: string): Promise<void> {
    return this.#records.reseal(sessionKey)
  }

  async #fetch(request: TokenRequest): Promise<string> {
    try {
      this.#pauses.requireNone(pauseOf(request))
      return await this.#ask(request)
    } catch (error) {
      if (!(error instanceof EntraFailure) || !transient.has(error.reason)) throw error
      // A token that is good for one more minute serves for that minute.
      const last = this.#remembered(request, 'expiresAt')
      if (last === undefined) throw error
      if (error.wasAsked) this.#onSilentFailure(error)
      return last
    }
  }

  async #ask(request: TokenRequest): Promise<string> {
    const asking = { isErased: false }
    this.#asking.set(request.sessionKey, asking)
    try {
      return await this.#askWhileAlive(request, asking)
    } finally {
      this.#asking.delete(request.sessionKey)
    }
  }

  async #askWhileAlive(request: TokenRequest, asking: Readonly<Asking>): Promise<string> {
    const { sessionKey, scopes } = request
    const read = await this.#records.find(sessionKey)
    if (!read) throw new EntraFailure('interaction_required', 'the session has no tokens')
    const { accessToken, cache } = await this.#askEntra(request, read)
    const isSaved = await this.#save(sessionKey, read, cache)
    // No await between this and what is remembered: an erase comes before both or after both.
    if (asking.isErased) throw endedMeanwhile()
    if (isSaved) this.#memory.remember(sessionKey, scopes, accessToken)
    else this.#memory.forget(sessionKey)
    return accessToken.token
  }

  async #askEntra(request: TokenRequest, read: StoredTokens) {
    const { scopes, refusal } = request
    const force = refusal !== undefined
    try {
      return await this.#entra.accessToken(read.record, { scopes, force, claims: refusal?.claims })
    } catch (error) {
      if (error instanceof EntraFailure) await this.#recordFailure(error, request, read)
      throw error
    }
  }

  async #recordFailure(failure: EntraFailure, request: TokenRequest, read: StoredTokens) {
    const { reason, claims } = failure
    if (transient.has(reason)) this.#pauses.begin(pauseOf(request), failure)
    // What one API asks for in addition says nothing against the tokens for the others.
    const isChallenge = claims !== undefined || request.refusal?.claims !== undefined
    if ((reason === 'grant_rejected' || reason === 'interaction_required') && !isChallenge) {
      await this.#discard(request.sessionKey, read)
    }
  }

  /**
   * @returns false when another process saved other tokens first; Entra lets both live
   * @throws {EntraFailure} when the session has ended
   */
  async #save(sessionKey: string, read: StoredTokens, cache: TokenCache): Promise<boolean> {
    if (cache.serialized === read.record.serialized) return true
    if (await this.#records.replace(sessionKey, read, { ...read.record, ...cache })) return true
    if (await this.#records.find(sessionKey)) return false
    throw endedMeanwhile()
  }

  /** Tokens that Entra no longer takes: kept, they would be offered to it again and again. */
  async #discard(sessionKey: string, read: StoredTokens): Promise<void> {
    this.#memory.forget(sessionKey)
    await this.#records.replace(sessionKey, read, { ...read.record, serialized: '' })
  }

  #forget(sessionKey: string): void {
    const asking = this.#asking.get(sessionKey)
    if (asking) asking.isErased = true
    this.#memory.forget(sessionKey)
  }

  /** @param limit until when a remembered one will do */
  #remembered(
    { sessionKey, scopes, refusal }: TokenRequest,
    limit: 'refreshAt' | 'expiresAt',
  ): string | undefined {
    const known = this.#memory.find(sessionKey, scopes)
    const isUsable = known && known.token !== refusal?.token && known[limit] > Date.now()
    return isUsable ? known.token : undefined
  }
}

function endedMeanwhile(): EntraFailure {
  return new EntraFailure('interaction_required', 'the session ended meanwhile')
}

/** What is throttled for one person, or one API, holds up no other. */
function pauseOf({ sessionKey, scopes }: TokenRequest): string {
  return `${sessionKey} ${scopes.join(' ')}`
}
