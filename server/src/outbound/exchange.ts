import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'

export interface OutboundAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  constructor(deadlineMs: number) {
    super(`no whole answer within ${String(deadlineMs)} ms`)
  }
}

/**
 * A request, and its whole answer. undici's own `request` makes a stream and several promises for each
 * answer, at twice the cost, and its `signal` does not end a request that waits for a connection.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Rejects with an error of undici or of the network, a `DeadlineError`, or the reason of `abort`. */
  readonly answer: Promise<OutboundAnswer>
  #resolve!: (answer: OutboundAnswer) => void
  #reject!: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  #reason: Error | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  readonly #chunks: Buffer[] = []

  /** @param deadlineMs limits the whole exchange, even when bytes come slowly */
  constructor(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, deadlineMs: number) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#timer = setTimeout(() => {
      this.abort(new DeadlineError(deadlineMs))
    }, deadlineMs)
    try {
      dispatcher.dispatch(request, this)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** True when the API has begun to answer, so that it has seen the request. */
  get hasBegun(): boolean {
    return this.#status >= 200
  }

  /** Ends the exchange, also while it waits for a connection. */
  abort(reason: Error): void {
    this.#reason = reason
    this.#fail(reason)
    this.#controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#reason) controller.abort(this.#reason)
  }

  /** An informational answer (1xx) comes before the final one, which replaces it. */
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer)
    const [first, ...others] = this.#chunks
    const body = first && others.length === 0 ? first : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #fail(error: unknown): void {
    clearTimeout(this.#timer)
    this.#reject(error)
  }
}
