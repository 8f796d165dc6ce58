import type { Socket } from 'node:net'
import type { ProblemCode } from '@entra-bff/shared'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { Failure } from '../failure.ts'
import { DeadlineError, Exchange, type OutboundAnswer } from '../outbound/exchange.ts'
import { Outbound } from '../outbound/outbound.ts'
import type { Call } from './calls.ts'

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
const deadlineMs = 20_000

/** The connections to downstream APIs. Redirects are never followed: their target would get the token. */
export class DownstreamClient {
  readonly #outbound: Outbound

  constructor(proxy: ProxySettings) {
    this.#outbound = new Outbound(limits, proxy)
  }

  /**
   * @param headers the headers of the caller's request that are passed on
   * @param connection the caller's connection. When it closes, the call ends: nobody can read the answer.
   * @throws {Failure} `upstream_timeout`, `upstream_too_large`, `upstream_error`
   */
  async send(
    call: Call,
    query: string,
    accessToken: string,
    headers: Record<string, string>,
    connection: Socket,
  ): Promise<OutboundAnswer> {
    const dispatcher = await this.#outbound.dispatcher()
    requireOpen(connection)
    const request = {
      origin: call.resource,
      path: call.path + query,
      method: 'GET' as const,
      headers: { ...headers, authorization: `Bearer ${accessToken}` },
    }
    const exchange = new Exchange(dispatcher, request, deadlineMs)
    const onClose = () => {
      exchange.abort(new Error('the caller closed the connection'))
    }
    // The request emits `close` too early, and a pipelined response never emits `close`. Pipelined
    // calls share a connection: more than ten listeners are no leak here.
    connection.setMaxListeners(0).once('close', onClose)
    try {
      return await exchange.answer
    } catch (cause) {
      requireOpen(connection)
      throw new Failure(codeOf(cause), `${call.id} failed`, { cause })
    } finally {
      connection.off('close', onClose)
    }
  }

  close(): Promise<void> {
    return this.#outbound.close()
  }
}

/** @throws {Failure} when the caller has left: with a code that does not count as a fault of the API */
function requireOpen(connection: Socket): void {
  if (!connection.destroyed) return
  throw new Failure('invalid_request', 'the caller closed the connection')
}

/** Codes of undici's errors ("undici: Errors"). */
const byUndiciCode: Readonly<Partial<Record<string, ProblemCode>>> = {
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'upstream_too_large',
  UND_ERR_CONNECT_TIMEOUT: 'upstream_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'upstream_timeout',
  UND_ERR_BODY_TIMEOUT: 'upstream_timeout',
}

function codeOf(error: unknown): ProblemCode {
  if (error instanceof DeadlineError) return 'upstream_timeout'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return byUndiciCode[code] ?? 'upstream_error'
}
