import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fp from 'fastify-plugin'
import type { OwnRoutes } from './api/own-routes.ts'
import { bff, type BffOptions } from './bff.ts'
import { type Config, loadConfig } from './config/config.ts'
import { ConfigError } from './config/reader.ts'
import { callsOf } from './downstream/calls.ts'
import { headersOf, securityHeaders } from './http/headers.ts'
import { takeJsonAlone } from './http/json-bodies.ts'
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
 * handler, parsers, compilers of schemas and headers; its hooks run on the routes of the plugin too.
 * @throws {ConfigError} when the settings have problems, or the store cannot be used
 */
export const entraBff: FastifyPluginAsync<EntraBffOptions> = fp(registerEntraBff, {
  name: 'entra-bff',
  fastify: '5.x',
})

async function registerEntraBff(app: FastifyInstance, options: EntraBffOptions): Promise<void> {
  requireNoSessions(app)
  // The app can register more plugins.
  app.addHook('onReady', async () => {
    requireNoSessions(app)
  })
  await app.register(scoped, options)
}

async function scoped(
  app: FastifyInstance,
  { settings, api = none, calls = callsOf }: EntraBffOptions,
): Promise<void> {
  if (app.prefix !== '') throw new Error(`entraBff takes no prefix, and got ${app.prefix}`)
  const config = loadConfig({ ...settings, ...unused })
  requireRegistration(config)
  const services = await openServices(app, config, {})
  const { serializers } = loggerOptions(config.logLevel)
  app.addHook('onRoute', (route) => {
    // The app's own lines could hold the query of a request, and with it an authorization code.
    route.logSerializers = serializers
  })
  takeJsonAlone(app)
  useTypeBox(app)
  await app.register(problems)
  await app.register(securityHeaders, { headers: headersOf(config.secure) })
  await app.register(traceContext)
  await app.register(openApi, { config, info: services.info })
  await app.register(fp(bff), { config, services, calls, api })
}

const none: OwnRoutes = async () => undefined

/** Settings of the server that listens and logs, which here is the app. An app can use their names otherwise. */
const unused = {
  HOST: undefined,
  LOG_LEVEL: undefined,
  METRICS_PORT: undefined,
  TRUST_PROXY: undefined,
  WORKERS: undefined,
}

/** With two of them, the hooks of one would save the session of the other. */
function requireNoSessions(app: FastifyInstance): void {
  if (app.hasRequestDecorator('session'))
    throw new Error(
      'Register @fastify/session in a scope beside entraBff, not around it: both set request.session',
    )
}

/** The Setup view, which would name what is missing, is no part of the plugin. */
function requireRegistration({ entra, setup }: Config): void {
  if (entra) return
  const missing = setup.filter(({ status }) => status !== 'present')
  throw new ConfigError(
    missing.map(({ name, status, detail }) => `${name} is ${status}: ${detail}`),
  )
}
