import { Failure } from '../failure.ts'

/** Most calls of one caller at once. All callers of a process share 128 connections to an API. */
export const maxConcurrentCalls = 8

/**
 * Counts the downstream calls of each caller that are under way in this process. Other processes
 * count their own, because each shares out its own connections.
 */
export class ConcurrentCalls {
  readonly #counts = new Map<string, number>()

  /**
   * @param caller the name of the caller
   * @throws {Failure} `rate_limited`
   */
  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    this.#begin(caller)
    try {
      return await work()
    } finally {
      this.#end(caller)
    }
  }

  #begin(caller: string): void {
    const count = this.#counts.get(caller) ?? 0
    if (count >= maxConcurrentCalls) {
      throw new Failure('rate_limited', 'too many calls of one caller at once', {
        publicDetail: `Only ${String(maxConcurrentCalls)} API calls of a session run at once. Try again in a second.`,
        retryAfterSeconds: 1,
      })
    }
    this.#counts.set(caller, count + 1)
  }

  #end(caller: string): void {
    const count = (this.#counts.get(caller) ?? 0) - 1
    if (count > 0) this.#counts.set(caller, count)
    else this.#counts.delete(caller)
  }
}
