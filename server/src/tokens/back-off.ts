import { LRUCache } from 'lru-cache'
import { type EntraFailure, pausedBy } from '../entra/failures.ts'

/** The pause after Entra refused this app: such an answer has no Retry-After. */
const usualPauseSeconds = 60
const maxPauses = 10_000

interface Pause {
  /** Milliseconds since the epoch. */
  until: number
  failure: EntraFailure
}

/** Keeps requests from Entra for as long as Entra asks. */
export class BackOff {
  readonly #pauses = new LRUCache<string, Pause>({ max: maxPauses, ttlAutopurge: true })

  /** @param failure the answer of Entra that begins the pause */
  begin(name: string, failure: EntraFailure): void {
    const ttl = (failure.retryAfterSeconds ?? usualPauseSeconds) * 1_000
    this.#pauses.set(name, { until: Date.now() + ttl, failure }, { ttl })
  }

  /** @throws {EntraFailure} during a pause: the failure that began it */
  requireNone(name: string): void {
    const pause = this.#pauses.get(name)
    const leftMs = pause ? pause.until - Date.now() : 0
    if (!pause || leftMs <= 0) return
    throw pausedBy(pause.failure, leftMs)
  }
}
