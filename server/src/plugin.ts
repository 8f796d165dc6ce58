import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { OwnRoutes } from './api/own-routes.ts'
import { bff, type BffOptions } from './bff.ts'
import { loadConfig } from './config/config.ts'
import { callsOf } from './downstream/calls.ts'
import { headersOf, securityHeaders } from './http/headers.ts'
import { loggerOptions } from './http/logger-options.ts'
import { problems } from './http/problems.ts'
import { useTypeBox } from './http/schemas.ts'
import { traceContext } from './http/trace-context.ts'
import { openApi } from './openapi/plugin.ts'
import { openServices } from './services.ts'

export interface EntraBffOptions {
  /** The settings, by their names in `.env.sample`: `process.env`, for instance. */
  settings: Readonly<Record<string, string | undefined>>
  /** Routes below `/api` that need a session: `requireRole`, `callApi` and problem answers work in them. */
  api?: OwnRoutes
  /** The table of calls, in place of the one of this package. */
  calls?: BffOptions['calls']
}

/**
 * Adds sign-in, sessions and `/api` to a Fastify app that exists already:
 * `await app.register(entraBff, { settings: process.env })`. The app keeps its own routes, error
 * handler, compilers of schemas and headers. PORT, HOST, TRUST_PROXY, WORKERS and METRICS_PORT do
 * nothing: the app listens, and its option `trustProxy` says whom it trusts.
 * @throws {ConfigError} when the settings have problems, or the store cannot be used
 */
export async function entraBff(
  app: FastifyInstance,
  { settings, api = none, calls = callsOf }: EntraBffOptions,
): Promise<void> {
  const config = loadConfig({ ...settings, METRICS_PORT: undefined })
  const services = await openServices(app, config, {})
  const { serializers } = loggerOptions(config.logLevel)
  app.addHook('onRoute', (route) => {
    // The app's own lines could hold the query of a request, and with it an authorization code.
    route.logSerializers = serializers
  })
  app.removeContentTypeParser('text/plain')
  useTypeBox(app)
  await app.register(problems)
  await app.register(securityHeaders, { headers: headersOf(config.secure) })
  await app.register(traceContext)
  await app.register(openApi, { config, info: services.info })
  await app.register(fp(bff), { config, services, calls, api })
}

const none: OwnRoutes = async () => undefined
