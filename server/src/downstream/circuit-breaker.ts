import type { FastifyBaseLogger } from 'fastify'
import { Failure } from '../failure.ts'

/** So many failures in a row, within this time, open the breaker. */
const maxFailures = 10
const withinMs = 30_000
/** How long an open breaker lets no request pass. */
const openMs = 5_000

/**
 * Keeps requests from a host that does not answer: they would take all connections, and the host gets
 * time to recover. When the pause is over, one request tries.
 *
 * All users of a host share a breaker. An answer about one request, such as 404, 429 or 500, is no failure:
 * with it, one user could keep others from the host.
 */
export class CircuitBreaker {
  readonly #host: string
  readonly #log: Pick<FastifyBaseLogger, 'info' | 'warn'>
  #failures = 0
  #firstFailureAt = 0
  /** Undefined while the breaker is closed: the usual state. Otherwise, the end of the pause. */
  #openUntil: number | undefined
  #isTrying = false

  constructor(host: string, log: Pick<FastifyBaseLogger, 'info' | 'warn'>) {
    this.#host = host
    this.#log = log
  }

  /** To be called before each request. @throws {Failure} `upstream_error` while the breaker is open */
  enter(): void {
    if (this.#openUntil === undefined) return
    const leftMs = this.#openUntil - performance.now()
    if (leftMs > 0 || this.#isTrying) {
      throw new Failure('upstream_error', `${this.#host} has failed and is left alone for now`, {
        publicDetail:
          'The API has failed several times in a row, so it is left alone for some seconds.',
        retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
      })
    }
    this.#isTrying = true
  }

  succeeded(): void {
    this.#failures = 0
    if (this.#openUntil === undefined) return
    this.#openUntil = undefined
    this.#isTrying = false
    this.#log.info({ host: this.#host }, 'the API answers again')
  }

  failed(): void {
    const now = performance.now()
    if (this.#openUntil !== undefined) {
      if (this.#isTrying) this.#open(now)
      return
    }
    if (now - this.#firstFailureAt > withinMs) this.#failures = 0
    if (this.#failures === 0) this.#firstFailureAt = now
    this.#failures += 1
    if (this.#failures < maxFailures) return
    this.#open(now)
    const facts = { host: this.#host, failures: maxFailures, pauseSeconds: openMs / 1_000 }
    this.#log.warn(facts, 'the API fails, and gets no request for a while')
  }

  /** The caller left before there was an answer, which tells nothing about the host. */
  left(): void {
    this.#isTrying = false
  }

  #open(now: number): void {
    this.#openUntil = now + openMs
    this.#isTrying = false
  }
}
