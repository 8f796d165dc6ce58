import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { DeadlineError } from './exchange.ts'

export interface StreamedAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Destroying the body ends the exchange. Only the body of a success is read. */
  body: Readable
}

/** A request, and the head of its answer. The body is read from the network as fast as it is taken. */
export class StreamedExchange implements Dispatcher.DispatchHandler {
  /** Rejects with an error of undici or of the network, a `DeadlineError`, or the reason of `abort`. */
  readonly answer: Promise<StreamedAnswer>
  /** While `answer` can still reject, no answer has begun. */
  readonly hasBegun = false
  #resolve!: (answer: StreamedAnswer) => void
  #reject!: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  readonly #body: Readable

  /**
   * @param deadlineMs limits the time until the head of the answer
   * @param failureOf the error with which the body breaks off
   */
  constructor(
    dispatcher: Dispatcher,
    request: Dispatcher.DispatchOptions,
    deadlineMs: number,
    failureOf: (cause: Error) => Error,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#body = new Readable({
      read: () => {
        this.#controller?.resume()
      },
      destroy: (error, done) => {
        this.#end(error ?? new Error('nobody reads the answer any more'))
        done(error && failureOf(error))
      },
    })
    // Whoever takes the body hears of the error; before, nobody does.
    this.#body.on('error', () => undefined)
    this.#timer = setTimeout(() => {
      this.abort(new DeadlineError(deadlineMs))
    }, deadlineMs)
    try {
      dispatcher.dispatch(request, this)
    } catch (error) {
      this.abort(error as Error)
    }
  }

  /** Ends the exchange, also while it waits for a connection. */
  abort(reason: Error): void {
    this.#body.destroy(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#body.destroyed) controller.abort(this.#body.errored ?? new Error('aborted'))
  }

  /** An informational answer (1xx) comes before the final one. */
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return
    clearTimeout(this.#timer)
    this.#resolve({ status, headers, body: this.#body })
    if (status >= 300) this.#body.destroy()
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#body.push(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#body.push(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.abort(error)
  }

  #end(reason: Error): void {
    clearTimeout(this.#timer)
    this.#reject(reason)
    this.#controller?.abort(reason)
  }
}
