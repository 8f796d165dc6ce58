import { EntraFailure, pausedBy } from './failures.ts'
import { IdentityProviderUnreachable } from './msal-errors.ts'

/** Pause after a failed fetch, where Entra asks for none or a shorter one. */
const shortestPauseSeconds = 5

interface Failed {
  failure: EntraFailure
  pauseUntilMs: number
}

/**
 * A document that Entra publishes. It is fetched when it is needed; callers share one fetch. After a
 * failed fetch every caller gets that failure until the pause is over: nothing is sent meanwhile.
 * Ages and pauses go by `performance.now()`, which no change of the system's clock moves.
 */
export class FetchedDocument<T> {
  readonly #fetch: (url: string) => Promise<T>
  readonly #onStale: (failure: EntraFailure) => void
  #last: T | undefined
  #fetchedAtMs = -Infinity
  #failed: Failed | undefined
  #fetching: Promise<T> | undefined

  /**
   * @param fetch throws when there is no usable document
   * @param onStale told of each failed fetch that leaves an older document in use
   */
  constructor(fetch: (url: string) => Promise<T>, onStale: (failure: EntraFailure) => void) {
    this.#fetch = fetch
    this.#onStale = onStale
  }

  /** @throws {EntraFailure} `unavailable` when a document of that age cannot be had */
  async read(url: string, maxAgeMs: number): Promise<T> {
    const ageMs = performance.now() - this.#fetchedAtMs
    if (this.#last !== undefined && ageMs <= maxAgeMs) return this.#last
    this.#requireNoPause()
    this.#fetching ??= this.#refresh(url).finally(() => (this.#fetching = undefined))
    return this.#fetching
  }

  /**
   * The last document, without waiting for a new one. When it is older than `maxAgeMs`, a new one is
   * fetched meanwhile.
   * @throws {EntraFailure} `unavailable` when there is no document yet, and none can be had
   */
  async readAtOnce(url: string, maxAgeMs: number): Promise<T> {
    const reading = this.read(url, maxAgeMs)
    if (this.#last === undefined) return reading
    // `onStale` is told of the failure.
    reading.catch(() => undefined)
    return this.#last
  }

  async #refresh(url: string): Promise<T> {
    try {
      this.#last = await this.#fetch(url)
      this.#fetchedAtMs = performance.now()
      this.#failed = undefined
      return this.#last
    } catch (cause) {
      const failure = failureOf(url, cause)
      const pauseMs = (failure.retryAfter ?? shortestPauseSeconds) * 1_000
      this.#failed = { failure, pauseUntilMs: performance.now() + pauseMs }
      if (this.#last !== undefined) this.#onStale(failure)
      throw failure
    }
  }

  #requireNoPause(): void {
    if (!this.#failed) return
    const { failure, pauseUntilMs } = this.#failed
    const leftMs = pauseUntilMs - performance.now()
    if (leftMs <= 0) return
    throw pausedBy(failure, leftMs)
  }
}

function failureOf(url: string, cause: unknown): EntraFailure {
  const asked = cause instanceof IdentityProviderUnreachable ? cause.retryAfter : undefined
  return new EntraFailure('unavailable', `no usable document at ${url}`, {
    cause,
    retryAfter: Math.max(shortestPauseSeconds, asked ?? 0),
  })
}
