import type { EntraClient } from '../entra/client.ts'
import { EntraFailure, type EntraFailureReason } from '../entra/failures.ts'
import { type AccessToken, cachedToken, emptyCache, type TokenCache } from '../entra/token-cache.ts'
import type { RefreshLeases } from './refresh-leases.ts'
import type { TokenMemory } from './token-memory.ts'
import type { StoredTokens, TokenRecords } from './token-records.ts'

/** The part of Entra's client that gives access tokens. */
export type TokenSource = Pick<EntraClient, 'accessToken'>

/** An access token that the API refused although it has not expired. */
export interface Rejection {
  readonly token: string
  /** The claims that the API wants the next token to fulfill (Microsoft, "Claims challenges"). */
  readonly claims?: string | undefined
}

/** True when Entra is unavailable or refuses this app: the user can do nothing, and the tokens stay good. */
export function isTransient({ reason }: EntraFailure): boolean {
  return reason === 'unavailable' || reason === 'client_rejected'
}

export interface TokenRequest {
  readonly sessionName: string
  /** All of one resource. */
  readonly scopes: readonly string[]
  /** The token that the API refused, when this is the second attempt. */
  readonly rejected: Rejection | undefined
}

interface TokenRefreshOptions {
  entra: TokenSource
  records: TokenRecords
  leases: RefreshLeases
  memory: TokenMemory
}

/** A token, or one that should be refreshed and serves while another process does so. */
type Outcome = { accessToken: AccessToken; isSaved: boolean } | { unexpired: string }

/**
 * Asks Entra for access tokens, and keeps what it answers: one request per session at a time, also
 * between the processes that share the store.
 */
export class TokenRefresh {
  readonly #entra: TokenSource
  readonly #records: TokenRecords
  readonly #leases: RefreshLeases
  readonly #memory: TokenMemory
  /** The running request of each session, by the session's name. */
  readonly #underWay = new Map<string, { isCanceled: boolean }>()

  constructor({ entra, records, leases, memory }: TokenRefreshOptions) {
    this.#entra = entra
    this.#records = records
    this.#leases = leases
    this.#memory = memory
  }

  /** @throws {EntraFailure} `interaction_required` when the session has no tokens, or was ended meanwhile */
  async run(request: TokenRequest): Promise<string> {
    const { sessionName, scopes } = request
    const running = { isCanceled: false }
    this.#underWay.set(sessionName, running)
    try {
      const outcome = await this.#obtain(request)
      // No await between this line and the memory: `cancel` comes before both or after both.
      if (running.isCanceled) throw endedMeanwhile()
      if ('unexpired' in outcome) return outcome.unexpired
      const { accessToken, isSaved } = outcome
      if (isSaved) this.#memory.remember(sessionName, scopes, accessToken)
      else this.#memory.forget(sessionName)
      return accessToken.token
    } finally {
      this.#underWay.delete(sessionName)
    }
  }

  /** A token that should be refreshed, but still serves. The record has it when this process never used it. */
  async unexpired(request: TokenRequest): Promise<string | undefined> {
    const known = this.#remembered(request)
    return known ?? unexpiredIn(await this.#read(request.sessionName), request)
  }

  /** Forgets the tokens of a session, and makes a running request throw its answer away. */
  cancel(sessionName: string): void {
    const request = this.#underWay.get(sessionName)
    if (request) request.isCanceled = true
    this.#memory.forget(sessionName)
  }

  async #obtain(request: TokenRequest): Promise<Outcome> {
    const { sessionName, scopes, rejected } = request
    let stored = await this.#read(sessionName)
    const refused = [rejected?.token]
    // A token that was stored before a claims challenge was asked for without its claims.
    if (rejected?.claims !== undefined) refused.push(cachedToken(stored.value, scopes)?.token)
    const fromRecord = (): Outcome | undefined => {
      const known = cachedToken(stored.value, scopes)
      if (!known || refused.includes(known.token)) return undefined
      return { accessToken: known, isSaved: true }
    }
    const stillGood = (): Outcome | undefined => {
      const unexpired = this.#remembered(request) ?? unexpiredIn(stored, request)
      return unexpired === undefined ? undefined : { unexpired }
    }
    const look = async (isElsewhere: boolean) => {
      stored = await this.#read(sessionName)
      return fromRecord() ?? (isElsewhere ? stillGood() : undefined)
    }
    const work = async () => {
      const { accessToken, cache } = await this.#ask(request, stored)
      return { accessToken, isSaved: await this.#save(sessionName, stored, cache) }
    }
    return fromRecord() ?? this.#leases.run<Outcome>(sessionName, rejected?.claims, { look, work })
  }

  #remembered({ sessionName, scopes, rejected }: TokenRequest): string | undefined {
    return this.#memory.unexpired(sessionName, scopes, rejected?.token)
  }

  async #read(sessionName: string): Promise<StoredTokens> {
    const stored = await this.#records.find(sessionName)
    if (!stored) throw new EntraFailure('interaction_required', 'the session has no tokens')
    return stored
  }

  async #ask({ sessionName, scopes, rejected }: TokenRequest, stored: StoredTokens) {
    const { value } = stored
    const request = { scopes, force: rejected !== undefined, claims: rejected?.claims }
    try {
      return await this.#entra.accessToken(value, request)
    } catch (error) {
      const isRefused = error instanceof EntraFailure && refusesTokens(error, rejected)
      if (isRefused) await this.#discard(sessionName, stored)
      throw error
    }
  }

  /**
   * @returns false when another process saved other tokens first; Entra accepts both
   * @throws {EntraFailure} `interaction_required` when the session was ended meanwhile
   */
  async #save(sessionName: string, stored: StoredTokens, cache: TokenCache): Promise<boolean> {
    if (cache === stored.value) return true
    if (await this.#records.replace(stored, cache)) return true
    if (await this.#records.find(sessionName)) return false
    throw endedMeanwhile()
  }

  /** Deletes tokens that Entra no longer takes, so that they are not offered again. */
  async #discard(sessionName: string, stored: StoredTokens): Promise<void> {
    this.#memory.forget(sessionName)
    await this.#records.replace(stored, emptyCache(stored.value.client))
  }
}

/** A claims challenge refuses all tokens that were stored before it. */
function unexpiredIn(
  { value }: StoredTokens,
  { scopes, rejected }: TokenRequest,
): string | undefined {
  if (rejected?.claims !== undefined) return undefined
  const stored = cachedToken(value, scopes, 0)?.token
  return stored === rejected?.token ? undefined : stored
}

/** A claims challenge of one API says nothing against the tokens for other APIs. */
function refusesTokens({ reason, claims }: EntraFailure, rejected: Rejection | undefined): boolean {
  const isChallenge = claims !== undefined || rejected?.claims !== undefined
  return !isChallenge && refusals.includes(reason)
}

const refusals: EntraFailureReason[] = ['grant_rejected', 'interaction_required', 'access_denied']

function endedMeanwhile(): EntraFailure {
  return new EntraFailure('interaction_required', 'the session ended meanwhile')
}
