import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Dispatcher } from 'undici'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Failure } from '../failure.ts'
import { Exchange, type OutboundAnswer } from '../outbound/exchange.ts'
import { Outbound } from '../outbound/outbound.ts'
import { type StreamedAnswer, StreamedExchange } from '../outbound/streamed-exchange.ts'
import type { Call } from './calls.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { isOutage, pause, pauseAfterAnswer, pauseAfterError } from './retry.ts'
import { transportFailure } from './transport-failures.ts'

const maxBodyBytes = 16 * 1024 * 1024
const limits = {
  connect: { timeout: 5_000 },
  headersTimeout: 10_000,
  bodyTimeout: 10_000,
  maxResponseSize: maxBodyBytes,
  connections: 128,
  pipelining: 1,
  keepAliveTimeout: 30_000,
}
/** Streams have connections of their own: open streams do not keep other calls waiting. */
const streamLimits = { ...limits, bodyTimeout: 60_000, maxResponseSize: -1, connections: 1_024 }
/** Limits a whole call with its second attempt; of a stream, the time until its head. */
const deadlineMs = 20_000
const maxAttempts = 2

/** One request of a call. */
export interface CallRequest {
  accessToken: string
  /** Path and query at the API. */
  path: string
  headers: Record<string, string>
  body: string | undefined
  /** The caller's connection. When it closes, the call ends: nobody can read the answer. */
  connection: Socket | undefined
}

/** Sends a request, and reads its answer. */
type Open<Answer> = (
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  deadlineMs: number,
) => { answer: Promise<Answer>; hasBegun: boolean; abort(reason: Error): void }

export interface AnswerHead {
  status: number
  headers: IncomingHttpHeaders
}

/** The connections to downstream APIs. Redirects are never followed: their target would get the token. */
export class DownstreamClient {
  readonly #outbound: Outbound
  readonly #streams: Outbound
  readonly #log: FastifyBaseLogger
  readonly #breakers = new Map<string, CircuitBreaker>()

  constructor(proxy: ProxySettings, log: FastifyBaseLogger) {
    this.#outbound = new Outbound(limits, proxy)
    this.#streams = new Outbound(streamLimits, proxy)
    this.#log = log
  }

  /**
   * Reads the whole answer.
   * @throws {Failure} `upstream_timeout`, `upstream_too_large`, `upstream_error`
   */
  send(call: Call, request: CallRequest): Promise<OutboundAnswer> {
    return this.#run(openWhole, this.#outbound, call, request)
  }

  /** Reads the head of the answer. Its body breaks off when the API is silent for a minute. */
  stream(call: Call, request: CallRequest): Promise<StreamedAnswer> {
    const failureOf = (cause: Error) =>
      cause instanceof Failure ? cause : transportFailure(call.id, cause)
    const open: Open<StreamedAnswer> = (dispatcher, options, timeMs) =>
      new StreamedExchange(dispatcher, options, timeMs, failureOf)
    return this.#run(open, this.#streams, call, request)
  }

  async close(): Promise<void> {
    await Promise.all([this.#outbound.close(), this.#streams.close()])
  }

  async #run<Answer extends AnswerHead>(
    open: Open<Answer>,
    outbound: Outbound,
    call: Call,
    request: CallRequest,
  ): Promise<Answer> {
    const { connection } = request
    const dispatcher = await outbound.dispatcher()
    const breaker = this.#breakerOf(call.resource)
    const options = optionsOf(call, request)
    const endsAt = performance.now() + deadlineMs
    for (let attempt = 1; ; attempt += 1) {
      requireOpen(connection)
      const pass = breaker.enter()
      const exchange = open(dispatcher, options, Math.ceil(endsAt - performance.now()))
      const retryUntil = attempt < maxAttempts ? endsAt : 0
      const onClose = () => {
        exchange.abort(new Error('the caller closed the connection'))
      }
      // The request emits `close` too early, and a pipelined response never emits `close`. Pipelined
      // calls share a connection: more than ten listeners are no leak here.
      connection?.setMaxListeners(0).once('close', onClose)
      let pauseMs: number | undefined
      try {
        const answer = await exchange.answer
        if (isOutage(answer.status)) breaker.failed(pass)
        else breaker.succeeded(pass)
        pauseMs = pauseAfterAnswer(call, answer, retryUntil)
        if (pauseMs === undefined) return answer
      } catch (cause) {
        if (connection?.destroyed) breaker.left(pass)
        requireOpen(connection)
        const failure = transportFailure(call.id, cause)
        // An answer that is too large is an answer.
        if (failure.code === 'upstream_too_large') breaker.succeeded(pass)
        else breaker.failed(pass)
        pauseMs = exchange.hasBegun ? undefined : pauseAfterError(call, cause, retryUntil)
        if (pauseMs === undefined) throw failure
      } finally {
        connection?.off('close', onClose)
      }
      await pause(pauseMs, connection)
    }
  }

  #breakerOf(host: string): CircuitBreaker {
    const known = this.#breakers.get(host)
    if (known) return known
    const breaker = new CircuitBreaker(host, this.#log)
    this.#breakers.set(host, breaker)
    return breaker
  }
}

const openWhole: Open<OutboundAnswer> = (dispatcher, options, timeMs) =>
  new Exchange(dispatcher, options, timeMs)

function optionsOf(
  { resource, method }: Call,
  { path, headers, body, accessToken }: CallRequest,
): Dispatcher.DispatchOptions {
  const authorization = `Bearer ${accessToken}`
  if (body === undefined) {
    return { origin: resource, path, method, headers: { ...headers, authorization } }
  }
  const all = { ...headers, authorization, 'content-type': 'application/json' }
  return { origin: resource, path, method, headers: all, body }
}

/** @throws {Failure} `invalid_request` when the caller has left */
export function requireOpen(connection: Socket | undefined): void {
  if (connection?.destroyed) throw callerLeft()
}

/** An `invalid_request`, so that neither log nor metrics count a fault of the API. */
export function callerLeft(): Failure {
  return new Failure('invalid_request', 'the caller closed the connection')
}
