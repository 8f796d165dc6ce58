import type { Socket } from 'node:net'
import { Failure } from '../failure.ts'

/** One session may have this many calls under way. All sessions share 128 connections to an API. */
export const mostCallsAtOnce = 8

/** The downstream calls that are under way, counted for each session in this process. */
export class CallsUnderWay {
  readonly #counts = new Map<string, number>()

  /**
   * @param connection of the caller: `work` is aborted when it closes, for then nobody can read the
   * answer. The `close` event of the request comes too early, that of a pipelined response never.
   * @throws {Failure} `rate_limited`
   */
  async run<T>(
    sessionKey: string,
    connection: Socket,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.#begin(sessionKey)
    const controller = new AbortController()
    const abort = () => {
      controller.abort()
    }
    if (connection.destroyed) abort()
    // Pipelined calls share a connection: more than ten listeners are no leak here.
    connection.setMaxListeners(0).once('close', abort)
    try {
      return await work(controller.signal)
    } finally {
      connection.off('close', abort)
      this.#end(sessionKey)
    }
  }

  #begin(sessionKey: string): void {
    const count = this.#counts.get(sessionKey) ?? 0
    if (count >= mostCallsAtOnce) {
      throw new Failure('rate_limited', 'too many calls of one session at once', {
        publicDetail: `Only ${String(mostCallsAtOnce)} API calls of a session run at once. Try again in a second.`,
        retryAfterSeconds: 1,
      })
    }
    this.#counts.set(sessionKey, count + 1)
  }

  #end(sessionKey: string): void {
    const count = (this.#counts.get(sessionKey) ?? 0) - 1
    if (count > 0) this.#counts.set(sessionKey, count)
    else this.#counts.delete(sessionKey)
  }
}
