import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CacheCounts } from '../cache-counts.ts'
import type { MetricsSettings } from '../config/metrics.ts'
import type { ProxySettings } from '../config/outbound-proxy.ts'
import type { DownstreamClient } from '../downstream/client.ts'
import type { EntraHttp } from '../entra/http.ts'
import type { Store } from '../store/store.ts'
import type { TokenSource } from '../tokens/token-refresh.ts'
import { showCacheLookups } from './cache-lookups.ts'
import { countEvents } from './events.ts'
import { countEventStreams } from './event-streams.ts'
import { listenForScrapes } from './listener.ts'
import { timeRequests } from './requests.ts'
import { timeStore } from './store-calls.ts'
import { countRefreshes } from './token-refreshes.ts'
import { TimedDownstreamClient, TimedEntraHttp, UpstreamRequests } from './upstream-requests.ts'

/**
 * The metrics of one server. It listens to the server's hooks and events, and puts something that counts
 * in the place of the store and the clients, so that no other folder knows of it. This folder and
 * Prometheus's library are loaded only when there is a METRICS_PORT.
 */
export class Metrics {
  readonly #registry = new Registry()
  readonly #upstream = new UpstreamRequests(this.#registry)

  /** @param version the version of this server */
  constructor(version: string) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    const info = { name: 'entra_bff_build_info', help: 'Always 1; its label is the version' }
    new Gauge({ ...info, labelNames: ['version'], registers }).set({ version }, 1)
  }

  /** To be called before the routes are registered. */
  watch(app: FastifyInstance, settings: MetricsSettings): void {
    timeRequests(app, this.#registry)
    countEventStreams(app, this.#registry)
    app.decorate('onAudit', countEvents(this.#registry))
    listenForScrapes(app, settings, this.#registry)
  }

  store(store: Store): Store {
    return timeStore(store, this.#registry)
  }

  entraHttp(proxy: ProxySettings): EntraHttp {
    return new TimedEntraHttp(proxy, this.#upstream)
  }

  downstreamClient(proxy: ProxySettings, log: FastifyBaseLogger): DownstreamClient {
    return new TimedDownstreamClient(proxy, log, this.#upstream)
  }

  tokenSource(source: TokenSource): TokenSource {
    return countRefreshes(source, this.#registry)
  }

  /** @param caches the counts of each cache, by the name that the metric shows */
  showCaches(caches: Readonly<Record<string, CacheCounts>>): void {
    showCacheLookups(caches, this.#registry)
  }
}
