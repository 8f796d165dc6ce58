import type { SettingsReader } from './reader.ts'
import { readStoreLocation, type StoreLocation } from './store-location.ts'

export interface SessionSettings {
  store: StoreLocation
  /** The secrets, newest first. If undefined, the server makes a secret and keeps it with the store. */
  secrets: readonly [string, ...string[]] | undefined
  /** The file that holds `secrets`, if any. The server follows its changes without a restart. */
  secretFile: string | undefined
  /** A session ends after this time without use. */
  idleMs: number
  /** Every session ends after this time. */
  maxMs: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** The lifetime of Entra's refresh tokens: a session must not outlive its tokens. */
const maxLifetimeMs = 90 * 24 * hourMs
const minSecretCharacters = 32

export function readSessionSettings(reader: SettingsReader, production: boolean): SessionSettings {
  const store = readStoreLocation(reader)
  const settings = {
    store,
    secrets: readSecrets(reader, production || store.kind === 'redis'),
    secretFile: reader.text('SESSION_SECRET_FILE'),
    idleMs: reader.duration('SESSION_IDLE', 60 * minuteMs, maxLifetimeMs),
    maxMs: reader.duration('SESSION_MAX', 12 * hourMs, maxLifetimeMs),
  }
  if (settings.idleMs > settings.maxMs) {
    reader.problem('SESSION_IDLE', 'must not be longer than SESSION_MAX')
  }
  return settings
}

function readSecrets(reader: SettingsReader, isRequired: boolean): SessionSettings['secrets'] {
  const value = reader.secret('SESSION_SECRET')
  if (value === undefined) {
    if (isRequired) reader.problem('SESSION_SECRET', secretNeeded)
    return undefined
  }
  const secrets = parseSecrets(value)
  if (!secrets) reader.problem('SESSION_SECRET', secretRule)
  return secrets
}

const secretNeeded =
  'is required with NODE_ENV=production, a PUBLIC_URL that is not localhost, or Redis: openssl rand -hex 32'

export const secretRule = `must have ${String(minSecretCharacters)} characters or more in each part`

/** @returns the secrets, newest first; undefined when a secret is too short */
export function parseSecrets(text: string): SessionSettings['secrets'] {
  const [newest = '', ...older] = text.split(',').map((secret) => secret.trim())
  const secrets = [newest, ...older] as const
  return secrets.every((secret) => secret.length >= minSecretCharacters) ? secrets : undefined
}
