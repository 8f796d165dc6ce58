import type { AppInfo } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { appInfo } from './app-info.ts'
import type { Config } from './config/config.ts'
import { EntraClient } from './entra/client.ts'
import { EntraHttp } from './entra/http.ts'
import type { Metrics } from './metrics/metrics.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { withDeadline } from './store/with-deadline.ts'

/** What the rooms share. */
export interface Services {
  info: AppInfo
  metrics: Metrics | undefined
  store: Store
  /** Undefined while values from the app registration are missing. */
  entra: EntraClient | undefined
}

export interface ServicesOptions {
  /** Users of the demo's emulator, which the SPA offers for sign-in. */
  demo?: AppInfo['demo']
  /** Replaces the store that the settings name. */
  store?: Store
}

/** Opens the store and the client of Entra. Closing the app closes both, and each of their connections. */
export async function openServices(
  app: FastifyInstance,
  config: Config,
  options: ServicesOptions,
): Promise<Services> {
  const info = appInfo(options.demo)
  const metrics = config.metrics && (await createMetrics(info.version))
  const bare = options.store
    ? withDeadline(options.store)
    : await openStore(config.session.store, (text) => {
        app.log.warn(text)
      })
  const store = metrics?.store(bare) ?? bare
  const entraHttp = metrics?.entraHttp(config.proxy) ?? new EntraHttp(config.proxy)
  const entra =
    config.entra &&
    new EntraClient(config.entra, entraHttp, (err) => {
      app.log.warn({ err }, 'a document of Entra cannot be fetched; the last one stays in use')
    })
  app.addHook('onListen', async () => {
    entra?.prepareSoon((err) => {
      app.log.error({ err }, 'MSAL or undici cannot be loaded: nobody can sign in')
    })
  })
  app.addHook('onClose', async () => {
    try {
      await entra?.close()
    } finally {
      await store.close()
    }
  })
  return { info, metrics, store, entra }
}

/** Prometheus's library is loaded only where somebody reads the metrics. */
async function createMetrics(version: string): Promise<Metrics> {
  const { Metrics } = await import('./metrics/metrics.ts')
  return new Metrics(version)
}
