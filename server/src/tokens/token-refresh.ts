import type { EntraClient } from '../entra/client.ts'
import { EntraFailure, type EntraFailureReason } from '../entra/failures.ts'
import { emptyCache, type TokenCache } from '../entra/token-cache.ts'
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

/** Asks Entra for access tokens, one request per session at a time, and keeps what it answers. */
export class TokenRefresh {
  readonly #entra: TokenSource
  readonly #records: TokenRecords
  readonly #memory: TokenMemory
  /** The running request of each session, by the session's name. */
  readonly #underWay = new Map<string, { isCanceled: boolean }>()

  constructor(entra: TokenSource, records: TokenRecords, memory: TokenMemory) {
    this.#entra = entra
    this.#records = records
    this.#memory = memory
  }

  /** @throws {EntraFailure} `interaction_required` when the session has no tokens, or was ended meanwhile */
  async run(
    sessionName: string,
    scopes: readonly string[],
    rejected: Rejection | undefined,
  ): Promise<string> {
    const request = { isCanceled: false }
    this.#underWay.set(sessionName, request)
    try {
      const stored = await this.#records.find(sessionName)
      if (!stored) throw new EntraFailure('interaction_required', 'the session has no tokens')
      const { accessToken, cache } = await this.#ask(sessionName, stored, scopes, rejected)
      const isSaved = await this.#save(sessionName, stored, cache)
      // No await between this line and the memory: `cancel` comes before both or after both.
      if (request.isCanceled) throw endedMeanwhile()
      if (isSaved) this.#memory.remember(sessionName, scopes, accessToken)
      else this.#memory.forget(sessionName)
      return accessToken.token
    } finally {
      this.#underWay.delete(sessionName)
    }
  }

  /** Forgets the tokens of a session, and makes a running request throw its answer away. */
  cancel(sessionName: string): void {
    const request = this.#underWay.get(sessionName)
    if (request) request.isCanceled = true
    this.#memory.forget(sessionName)
  }

  async #ask(
    sessionName: string,
    stored: StoredTokens,
    scopes: readonly string[],
    rejected: Rejection | undefined,
  ) {
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

/** A claims challenge of one API says nothing against the tokens for other APIs. */
function refusesTokens({ reason, claims }: EntraFailure, rejected: Rejection | undefined): boolean {
  const isChallenge = claims !== undefined || rejected?.claims !== undefined
  return !isChallenge && refusals.includes(reason)
}

const refusals: EntraFailureReason[] = ['grant_rejected', 'interaction_required', 'access_denied']

function endedMeanwhile(): EntraFailure {
  return new EntraFailure('interaction_required', 'the session ended meanwhile')
}
