import type { SettingStatus } from '@entra-bff/shared'
import { type EntraSettings, readEntraSettings } from './entra.ts'
import { readSessionSettings, type SessionSettings } from './session.ts'
import { isLoopback } from './loopback.ts'
import { SettingsReader } from './reader.ts'

/** Everything that can be set, parsed and checked once. Durations are milliseconds. */
export interface Config {
  production: boolean
  host: string
  port: number
  /** The one origin under which browsers see the app, without a slash at the end. */
  publicUrl: string
  /** Whether browsers come by https: decides names and attributes of cookies. */
  secure: boolean
  redirectPath: string
  redirectUri: string
  /** `undefined` while a value from the app registration is missing or invalid. */
  entra: EntraSettings | undefined
  /** What the Setup view shows of the values from the app registration. */
  setup: SettingStatus[]
  /** The downstream API of `GET /api/me`; `undefined` when `ENDPOINT` is set to nothing. */
  endpoint: string | undefined
  scopes: string[]
  session: SessionSettings
  trustProxy: boolean | string
  logLevel: string
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * @param env names as in `.env.sample`
 * @throws {ConfigError} that names every problem at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const reader = new SettingsReader(env)
  const production = env['NODE_ENV'] === 'production'
  const port = reader.integer('PORT', 3000, { min: 0, max: 65_535 })
  const publicUrl = readPublicUrl(reader, port, production)
  const redirectPath = readRedirectPath(reader)
  const config: Config = {
    production,
    host: reader.text('HOST') ?? 'localhost',
    port,
    publicUrl,
    secure: publicUrl.startsWith('https:'),
    redirectPath,
    redirectUri: `${publicUrl}${redirectPath}`,
    ...readEntraSettings(reader),
    endpoint: readEndpoint(reader),
    scopes: reader.list('SCOPE') ?? ['User.Read'],
    session: readSessionSettings(reader, production),
    trustProxy: readTrustProxy(reader),
    logLevel: reader.oneOf('LOG_LEVEL', logLevels, 'info'),
  }
  reader.throwProblems()
  return config
}

function readPublicUrl(reader: SettingsReader, port: number, production: boolean): string {
  const fallback = new URL(`http://localhost:${String(port)}`)
  const url = reader.url('PUBLIC_URL') ?? fallback
  if (url.pathname !== '/' || url.search || url.hash) {
    reader.problem(
      'PUBLIC_URL',
      'must be an origin such as https://app.example.com, without a path',
    )
  }
  if (production && url.protocol === 'http:' && !isLoopback(url.hostname)) {
    reader.problem('PUBLIC_URL', 'must begin with https:// in production')
  }
  return url.origin
}

function readRedirectPath(reader: SettingsReader): string {
  const path = reader.text('REDIRECT_PATH') ?? '/getAToken'
  if (!/^\/[\w./-]+$/.test(path) || path.startsWith('//') || path.startsWith('/api/')) {
    reader.problem('REDIRECT_PATH', 'must be a path such as /getAToken, outside /api')
  }
  return path
}

function readEndpoint(reader: SettingsReader): string | undefined {
  if (reader.isEmpty('ENDPOINT')) return undefined
  const url = reader.url('ENDPOINT') ?? new URL('https://graph.microsoft.com/v1.0/me')
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    reader.problem('ENDPOINT', 'must begin with https://, for it is sent an access token')
  }
  return url.href
}

function readTrustProxy(reader: SettingsReader): boolean | string {
  const value = reader.text('TRUST_PROXY')
  return value === undefined || value === 'false' ? false : value === 'true' || value
}
