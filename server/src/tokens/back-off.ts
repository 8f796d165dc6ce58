import { LRUCache } from 'lru-cache'
import { type EntraFailure, pausedBy } from '../entra/failures.ts'

/** Where Entra asks for none, in seconds. */
const usualPauseSeconds = 60
const mostPauses = 10_000

interface Pause {
  /** Milliseconds since the epoch. */
  until: number
  failure: EntraFailure
}

/** Times in which Entra is not asked again for the same, and why. */
export class Pauses {
  readonly #pauses = new LRUCache<string, Pause>({ max: mostPauses, ttlAutopurge: true })

  begin(name: string, failure: EntraFailure): void {
    const ttl = (failure.retryAfter ?? usualPauseSeconds) * 1_000
    this.#pauses.set(name, { until: Date.now() + ttl, failure }, { ttl })
  }

  /** @throws {EntraFailure} the one that began the pause, while it lasts */
  requireNone(name: string): void {
    const pause = this.#pauses.get(name)
    const leftMs = pause ? pause.until - Date.now() : 0
    if (!pause || leftMs <= 0) return
    throw pausedBy(pause.failure, leftMs)
  }
}
