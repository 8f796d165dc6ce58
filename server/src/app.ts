import { fileURLToPath } from 'node:url'
import fastifyCookie from '@fastify/cookie'
import type { AppInfo } from '@entra-bff/shared'
import { fastify, type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { trusts } from './address.ts'
import { ClaimGaps } from './caller/claim-gaps.ts'
import type { Config } from './config/config.ts'
import { configured, type ConfiguredOptions, type OwnApi } from './configured.ts'
import { EntraClient } from './entra/client.ts'
import { EntraHttp } from './entra/http.ts'
import { Failure } from './failure.ts'
import { answerClientError, answerExpectation } from './http/client-errors.ts'
import { closing } from './http/closing.ts'
import { healthRoutes } from './http/health.ts'
import { forwarded } from './http/forwarded.ts'
import { hostHeader } from './http/host-header.ts'
import { headersOf, pagePolicy, securityHeaders } from './http/headers.ts'
import { loggerOptions, type LogStream } from './http/logger-options.ts'
import { problems, sendProblem } from './http/problems.ts'
import { RequestLog } from './http/request-log.ts'
import { noOwnCompilers, useTypeBox } from './http/schemas.ts'
import { setupRoute } from './http/setup.ts'
import { spa } from './http/spa.ts'
import { traceContext } from './http/trace-context.ts'
import { unconfigured } from './http/unconfigured.ts'
import type { Metrics } from './metrics/metrics.ts'
import { openApi } from './openapi/plugin.ts'
import { openStore } from './store/open.ts'
import { storeReadiness } from './store/readiness.ts'
import type { Store } from './store/store.ts'
import { withDeadline } from './store/with-deadline.ts'
import { appInfo } from './app-info.ts'
import { packageFolder } from './package-folder.ts'

export interface AppOptions {
  /** Users of the demo's emulator, which the SPA offers for sign-in. */
  demo?: AppInfo['demo']
  logStream?: LogStream
  /** Replaces the table of calls, `callsOf`. */
  calls?: ConfiguredOptions['calls']
  /** Replaces the store that the settings name. */
  store?: Store
  /** Adds routes and hooks below `/api`, behind the guard. */
  api?: OwnApi
  /** Folder of the built SPA; the default is `web/dist`. */
  webFolder?: string
}

const builtWeb = fileURLToPath(new URL('../web/dist', packageFolder))

/** Settings of Node's HTTP server. `host-header.ts` checks the Host header. */
const http = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: false,
}

/** Milliseconds: the time to send a whole request, and the time that a connection may be silent. */
const timeouts = {
  requestTimeout: 30_000,
  connectionTimeout: 75_000,
}

/** Builds the server, not yet listening. Closing the server closes the store and every connection. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const headers = headersOf(config.secure)
  const app = fastify({
    logger: loggerOptions(config.logLevel, options.logStream),
    trustProxy: config.trustProxy ? trusts(config.trustProxy) : false,
    logController: new RequestLog(),
    genReqId: () => crypto.randomUUID(),
    bodyLimit: 64 * 1024,
    // Characters. Ids of Outlook are longer than Fastify's limit of 100.
    routerOptions: { maxParamLength: 512 },
    schemaController: noOwnCompilers,
    http,
    ...timeouts,
    // While the server closes, requests on open connections get their answer, not 503.
    return503OnClosing: false,
    clientErrorHandler: answerClientError(headers),
    // No hook runs for a path that cannot be decoded, so the headers are set here.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply.headers(headers))
    },
  })
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
  app.removeContentTypeParser('text/plain')
  useTypeBox(app)
  app.server.on('checkExpectation', answerExpectation(headers))

  try {
    if (config.metrics) metrics?.watch(app, config.metrics)
    await app.register(problems)
    await app.register(securityHeaders, { headers })
    await app.register(traceContext)
    await app.register(hostHeader)
    if (config.trustProxy) await app.register(forwarded)
    await app.register(closing)
    await app.register(spa, {
      folder: options.webFolder ?? builtWeb,
      policy: pagePolicy(config.entra?.authority),
    })
    // After the files of the page, which it does not describe.
    await app.register(openApi, { config, info })
    // `cookie-header.ts` reads cookies, and only where they are needed.
    await app.register(fastifyCookie, { hook: false })
    await app.register(fp(healthRoutes), {
      store: storeReadiness(store),
      authority: async () => {
        if (!entra) throw new Failure('config_missing', 'the app registration is not set up')
        await entra.requireReady()
      },
    })
    const claimGaps = new ClaimGaps(app.log)
    await app.register(fp(setupRoute), { config, gaps: claimGaps.statuses })
    const { entra: settings } = config
    if (entra && settings) {
      await app.register(fp(configured), {
        config,
        store,
        entra,
        settings,
        info,
        metrics,
        calls: options.calls,
        ownApi: options.api,
        claimGaps,
      })
    } else {
      await app.register(fp(unconfigured))
    }
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}

/** Prometheus's library is loaded only where somebody reads the metrics. */
async function createMetrics(version: string): Promise<Metrics> {
  const { Metrics } = await import('./metrics/metrics.ts')
  return new Metrics(version)
}
