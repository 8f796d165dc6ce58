import { EntraFailure, pausedBy } from './failures.ts'
import { IdentityProviderUnreachable } from './unreachable.ts'

/** Shortest pause after a failed fetch. Entra can ask for a longer pause. */
const shortestPauseSeconds = 5

/**
 * A document that Entra publishes, fetched when it is needed. Concurrent callers share one fetch. After
 * a failed fetch, no request is sent until the pause is over: callers get the same failure. Ages and
 * pauses go by `performance.now()`, which ignores changes of the system's clock.
 */
export class FetchedDocument<T> {
  readonly #fetch: (url: string) => Promise<T>
  readonly #onStale: (failure: EntraFailure) => void
  #last: T | undefined
  #fetchedAtMs = -Infinity
  #failed: { failure: EntraFailure; pauseUntilMs: number } | undefined
  #fetching: Promise<T> | undefined

  /**
   * @param fetch throws when there is no usable document
   * @param onStale gets the failure of each fetch that leaves an older document in use
   */
  constructor(fetch: (url: string) => Promise<T>, onStale: (failure: EntraFailure) => void) {
    this.#fetch = fetch
    this.#onStale = onStale
  }

  /** @throws {EntraFailure} `unavailable` when no document is as new as `maxAgeMs` and the fetch fails */
  async read(url: string, maxAgeMs: number): Promise<T> {
    const ageMs = performance.now() - this.#fetchedAtMs
    if (this.#last !== undefined && ageMs <= maxAgeMs) return this.#last
    this.#requireNoPause()
    this.#fetching ??= this.#refresh(url).finally(() => (this.#fetching = undefined))
    return this.#fetching
  }

  /**
   * The last document, at once. When the document is older than `maxAgeMs`, a fetch begins.
   * @throws {EntraFailure} `unavailable` when there is no document yet and the fetch fails
   */
  async readAtOnce(url: string, maxAgeMs: number): Promise<T> {
    const reading = this.read(url, maxAgeMs)
    if (this.#last === undefined) return reading
    // If the fetch fails, `onStale` gets the failure.
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
      const pauseMs = (failure.retryAfterSeconds ?? shortestPauseSeconds) * 1_000
      this.#failed = { failure, pauseUntilMs: performance.now() + pauseMs }
      if (this.#last !== undefined) this.#onStale(failure)
      throw failure
    }
  }

  #requireNoPause(): void {
    if (!this.#failed) return
    const leftMs = this.#failed.pauseUntilMs - performance.now()
    if (leftMs <= 0) return
    throw pausedBy(this.#failed.failure, leftMs)
  }
}

function failureOf(url: string, cause: unknown): EntraFailure {
  const wanted = cause instanceof IdentityProviderUnreachable ? cause.retryAfterSeconds : undefined
  return new EntraFailure('unavailable', `no usable document at ${url}`, {
    cause,
    retryAfterSeconds: Math.max(shortestPauseSeconds, wanted ?? 0),
  })
}
