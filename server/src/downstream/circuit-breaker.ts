import type { FastifyBaseLogger } from 'fastify'
import { Failure } from '../failure.ts'

/** So many failures in a row, within this time, open the breaker. */
const maxFailures = 10
const withinMs = 30_000
/** How long an open breaker lets no request pass. */
const openMs = 5_000

/**
 * How often the breaker had opened when a request began. What becomes of a request from before the last
 * opening changes nothing: only the request that tries the host closes an open breaker.
 */
export type Pass = number

/**
 * Keeps requests from a host that does not answer: they would take all connections, and the host gets
 * time to recover. When the pause is over, one request tries.
 *
 * All users of a host share a breaker. An answer about one request, such as 404, 429 or 500, is no failure:
 * if it counted, one user could keep others from the host. A time-out and a 504 are failures: ten slow calls
 * of one user in a row open the breaker for all users, for five seconds.
 */
export class CircuitBreaker {
  readonly #host: string
  readonly #log: Pick<FastifyBaseLogger, 'info' | 'warn'>
  #failures = 0
  #firstFailureAt = 0
  /** Undefined while the breaker is closed: the usual state. Otherwise, the end of the pause. */
  #openUntil: number | undefined
  #isTrying = false
  #openings = 0

  constructor(host: string, log: Pick<FastifyBaseLogger, 'info' | 'warn'>) {
    this.#host = host
    this.#log = log
  }

  /**
   * To be called before each request.
   * @returns what `succeeded`, `failed` or `left` is told at the end of the request
   * @throws {Failure} `upstream_error` while the breaker is open
   */
  enter(): Pass {
    if (this.#openUntil === undefined) return this.#openings
    const leftMs = this.#openUntil - performance.now()
    if (leftMs > 0 || this.#isTrying) {
      throw new Failure('upstream_error', `${this.#host} has failed and is left alone for now`, {
        publicDetail:
          'The API has failed several times in a row, so it is left alone for some seconds.',
        retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)),
      })
    }
    this.#isTrying = true
    return this.#openings
  }

  succeeded(pass: Pass): void {
    if (pass !== this.#openings) return
    this.#failures = 0
    if (this.#openUntil === undefined) return
    this.#openUntil = undefined
    this.#isTrying = false
    this.#log.info({ host: this.#host }, 'the API answers again')
  }

  failed(pass: Pass): void {
    if (pass !== this.#openings) return
    const now = performance.now()
    if (this.#isTrying) {
      this.#open(now)
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
  left(pass: Pass): void {
    if (pass === this.#openings) this.#isTrying = false
  }

  #open(now: number): void {
    this.#openings += 1
    this.#openUntil = now + openMs
    this.#isTrying = false
  }
}
