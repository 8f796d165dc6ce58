import { fileURLToPath } from 'node:url'
import { fastify, type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { trusts } from './address.ts'
import { ownRoutes } from './api/own-routes.ts'
import { bff, type BffOptions } from './bff.ts'
import type { Config } from './config/config.ts'
import { callsOf } from './downstream/calls.ts'
import { Failure } from './failure.ts'
import { answerClientError, answerExpectation } from './http/client-errors.ts'
import { closing } from './http/closing.ts'
import { healthRoutes } from './http/health.ts'
import { forwarded } from './http/forwarded.ts'
import { hostHeader } from './http/host-header.ts'
import { headersOf, pagePolicy, securityHeaders } from './http/headers.ts'
import { maxBodyBytes, takeJsonAlone } from './http/json-bodies.ts'
import { loggerOptions, type LogStream } from './http/logger-options.ts'
import { problems, sendProblem } from './http/problems.ts'
import { RequestLog } from './http/request-log.ts'
import { noOwnCompilers, useTypeBox } from './http/schemas.ts'
import { spa } from './http/spa.ts'
import { traceContext } from './http/trace-context.ts'
import { openApi } from './openapi/plugin.ts'
import { storeReadiness } from './store/readiness.ts'
import { packageFolder } from './package-folder.ts'
import { openServices, type ServicesOptions } from './services.ts'

export interface AppOptions extends ServicesOptions {
  logStream?: LogStream
  /** Replaces the table of calls, `callsOf`. */
  calls?: BffOptions['calls']
  /** Replaces the own routes, `ownRoutes`. */
  api?: BffOptions['api']
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
    bodyLimit: maxBodyBytes,
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
  const services = await openServices(app, config, options)
  const { entra, info, metrics, store } = services
  takeJsonAlone(app)
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
    await app.register(fp(healthRoutes), {
      store: storeReadiness(store),
      authority: async () => {
        if (!entra) throw new Failure('config_missing', 'the app registration is not set up')
        await entra.requireReady()
      },
    })
    const { calls = callsOf, api = ownRoutes } = options
    await app.register(fp(bff), { config, services, calls, api })
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}
