import type { BlockList } from 'node:net'
import { paths, type SettingStatus, pages } from '@entra-bff/shared'
import { type DownstreamSettings, readDownstreamSettings } from './downstream.ts'
import { type EntraSettings, readEntraSettings } from './entra.ts'
import { readSessionSettings, type SessionSettings } from './session.ts'
import { type MetricsSettings, readMetricsSettings } from './metrics.ts'
import { isLoopback, isPrivateTransport } from './loopback.ts'
import { readTrustProxy } from './trusted-proxies.ts'
import { readWorkers } from './workers.ts'
import { type ProxySettings, readProxySettings } from './outbound-proxy.ts'
import { SettingsReader } from './reader.ts'
import { checkRedirectUri } from './redirect-uri.ts'

/** All settings, parsed and checked. */
export interface Config extends DownstreamSettings {
  /** True when `NODE_ENV` is `production`, or when other machines can reach `publicUrl`. */
  production: boolean
  host: string
  port: number
  /** How many processes serve. */
  workers: number
  /** The origin of the app in browsers, without a slash at the end. */
  publicUrl: string
  /** True when browsers use https. Decides names and attributes of cookies. */
  secure: boolean
  redirectPath: string
  redirectUri: string
  /** Undefined while a value from the app registration is missing or invalid. */
  entra: EntraSettings | undefined
  /** The state of each value from the app registration, for the Setup view. */
  setup: SettingStatus[]
  session: SessionSettings
  /** Whether sign-in on another device is offered. */
  deviceLogin: boolean
  proxy: ProxySettings
  /** Whether everybody can read `/openapi.json`. */
  apiDocs: boolean
  /** Where the metrics are read; undefined when they are off. */
  metrics: MetricsSettings | undefined
  /** Most requests per minute from one address to each rate-limited route; 0 means no limit. */
  rateLimitPerMinute: number
  /** Proxies whose `X-Forwarded-*` headers count. */
  trustProxy: BlockList | undefined
  logLevel: string
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * @param env the settings, named as in `.env.sample`
 * @throws {ConfigError} lists every problem
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const reader = new SettingsReader(env)
  const port = reader.integer('PORT', 3000, { min: 0, max: 65_535 })
  const publicUrl = readPublicUrl(reader, port)
  const production = env['NODE_ENV'] === 'production' || !isLoopback(new URL(publicUrl).hostname)
  const redirectPath = readRedirectPath(reader)
  checkRedirectUri(reader, publicUrl, redirectPath)
  const { entra, setup } = readEntraSettings(reader)
  const session = readSessionSettings(reader, production)
  const workers = readWorkers(reader, session.store)
  const config: Config = {
    production,
    host: reader.text('HOST') ?? '127.0.0.1',
    port,
    workers,
    publicUrl,
    secure: publicUrl.startsWith('https:'),
    redirectPath,
    redirectUri: `${publicUrl}${redirectPath}`,
    entra,
    setup,
    ...readDownstreamSettings(reader, entra?.authority),
    session,
    deviceLogin: reader.oneOf('DEVICE_LOGIN', ['on', 'off'], 'off') === 'on',
    // OWASP ASVS 5.0, 13.4.5: in production only on purpose.
    apiDocs: reader.oneOf('API_DOCS', ['on', 'off'], production ? 'off' : 'on') === 'on',
    proxy: readProxySettings(reader),
    metrics: readMetricsSettings(reader, port, workers),
    rateLimitPerMinute: reader.integer('RATE_LIMIT', 120, { min: 0, max: 1_000_000 }),
    trustProxy: readTrustProxy(reader),
    logLevel: reader.oneOf('LOG_LEVEL', logLevels, 'info'),
  }
  reader.throwProblems()
  return config
}

function readPublicUrl(reader: SettingsReader, port: number): string {
  const fallback = new URL(`http://localhost:${String(port)}`)
  const url = reader.url('PUBLIC_URL') ?? fallback
  if (url.pathname !== '/' || url.search || url.hash || url.username) {
    reader.problem(
      'PUBLIC_URL',
      'must be an origin such as https://app.example.com, without a path',
    )
  }
  const allowsHttp = reader.oneOf('INSECURE_HTTP', ['on', 'off'], 'off') === 'on'
  if (!allowsHttp && !isPrivateTransport(url)) {
    reader.problem(
      'PUBLIC_URL',
      'must begin with https://, or sign-ins can be read on the way; to insist: INSECURE_HTTP=on',
    )
  }
  return url.origin
}

/** Paths that the redirect URI must not have: pages or other routes use them. */
const reservedPaths = [...Object.values(paths), ...Object.values(pages), '/livez', '/readyz']

function readRedirectPath(reader: SettingsReader): string {
  const path = reader.text('REDIRECT_PATH') ?? '/getAToken'
  const isNormal = /^(\/[\w-][\w.-]*)+$/.test(path)
  if (!isNormal || reservedPaths.includes(path) || /^\/(api|result|assets)(\/|$)/.test(path)) {
    reader.problem('REDIRECT_PATH', 'must be a path such as /getAToken that nothing else uses')
  }
  return path
}
