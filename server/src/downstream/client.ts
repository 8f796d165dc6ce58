import type { ProblemCode } from '@entra-bff/shared'
import { type Dispatcher, errors, request } from 'undici'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Failure } from '../failure.ts'
import { outboundAgent } from '../outbound-agent.ts'
import type { Call } from './calls.ts'

export interface UpstreamAnswer {
  status: number
  headers: Dispatcher.ResponseData['headers']
  body: Buffer
}

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
/** Limits a whole call, even when its bytes come slowly. */
const deadlineMs = 20_000

/** The connections to downstream APIs. Redirects are never followed: their target would get the token. */
export class DownstreamClient {
  readonly #agent: Dispatcher

  constructor(proxy: ProxySettings) {
    this.#agent = outboundAgent(limits, proxy)
  }

  /**
   * @param headers the headers of the caller's request that are passed on
   * @param signal is aborted when the caller closes the connection
   * @throws {Failure} `upstream_timeout`, `upstream_too_large`, `upstream_error`
   */
  async send(
    call: Call,
    query: string,
    accessToken: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    try {
      const answer = await request(call.resource + call.path + query, {
        dispatcher: this.#agent,
        headers: { ...headers, authorization: `Bearer ${accessToken}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
      })
      const body = Buffer.from(await answer.body.arrayBuffer())
      return { status: answer.statusCode, headers: answer.headers, body }
    } catch (cause) {
      // Nobody reads this failure. Its code keeps the log from blaming the API.
      if (signal.aborted) throw new Failure('invalid_request', 'the caller closed the connection')
      throw new Failure(codeOf(cause), `${call.id} failed`, { cause })
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof errors.ResponseExceededMaxSizeError) return 'upstream_too_large'
  return isTimeout(error) ? 'upstream_timeout' : 'upstream_error'
}

function isTimeout(error: unknown): boolean {
  return (
    (error instanceof DOMException && error.name === 'TimeoutError') ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  )
}
