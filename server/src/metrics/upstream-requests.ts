import type { FastifyBaseLogger } from 'fastify'
import { Histogram, type Registry } from 'prom-client'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import { DownstreamClient } from '../downstream/client.ts'
import { EntraHttp } from '../entra/http.ts'
import { Failure } from '../failure.ts'

/** Seconds. No request to Entra takes longer than ten, no call of an API longer than twenty. */
const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]

/** Times the requests that this server sends. */
export class UpstreamRequests {
  readonly #durations: Histogram<'upstream' | 'call' | 'outcome'>

  constructor(registry: Registry) {
    this.#durations = new Histogram({
      name: 'entra_bff_upstream_request_duration_seconds',
      help: 'Time of a request to Entra or to an API',
      labelNames: ['upstream', 'call', 'outcome'],
      buckets,
      registers: [registry],
    })
  }

  /** @param call the name of the call, out of a fixed set */
  async time<T extends { status: number }>(
    upstream: 'entra' | 'api',
    call: string,
    send: () => Promise<T>,
  ): Promise<T> {
    const stop = this.#durations.startTimer({ upstream, call })
    try {
      const answer = await send()
      stop({ outcome: `${String(Math.floor(answer.status / 100))}xx` })
      return answer
    } catch (error) {
      stop({ outcome: isCallerGone(error) ? 'canceled' : 'failed' })
      throw error
    }
  }
}

/** The caller closed its connection while the API was at work. */
function isCallerGone(error: unknown): boolean {
  return error instanceof Failure && error.code === 'invalid_request'
}

/** The connections to Entra. Each request is timed by the last part of its path, such as `token`. */
export class TimedEntraHttp extends EntraHttp {
  readonly #requests: UpstreamRequests

  constructor(proxy: ProxySettings, requests: UpstreamRequests) {
    super(proxy)
    this.#requests = requests
  }

  override send<T>(...args: Parameters<EntraHttp['send']>) {
    const [, url] = args
    const call = new URL(url).pathname.split('/').at(-1) ?? ''
    return this.#requests.time('entra', call, () => super.send<T>(...args))
  }
}

/** The connections to APIs. Each call is timed by its id in the table of calls. */
export class TimedDownstreamClient extends DownstreamClient {
  readonly #requests: UpstreamRequests

  constructor(proxy: ProxySettings, log: FastifyBaseLogger, requests: UpstreamRequests) {
    super(proxy, log)
    this.#requests = requests
  }

  override send(...args: Parameters<DownstreamClient['send']>) {
    const [call] = args
    return this.#requests.time('api', call.id, () => super.send(...args))
  }

  /** Timed until the head of the answer. */
  override stream(...args: Parameters<DownstreamClient['stream']>) {
    const [call] = args
    return this.#requests.time('api', call.id, () => super.stream(...args))
  }
}
