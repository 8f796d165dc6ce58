import type { SettingsReader } from './reader.ts'

/** Where sessions are kept. */
export type StoreLocation = { kind: 'memory' } | { kind: 'file'; folder: string }

/** Durations are milliseconds. */
export interface SessionSettings {
  store: StoreLocation
  /** Newest first; `undefined`: made once and kept with the store. */
  secrets: readonly [string, ...string[]] | undefined
  idle: number
  max: number
}

const minutes = 60_000
const hours = 60 * minutes
const shortestSecret = 32

export function readSessionSettings(reader: SettingsReader, production: boolean): SessionSettings {
  const settings = {
    store: readStore(reader),
    secrets: readSecrets(reader, production),
    idle: reader.duration('SESSION_IDLE', 60 * minutes),
    max: reader.duration('SESSION_MAX', 12 * hours),
  }
  if (settings.idle > settings.max) {
    reader.problem('SESSION_IDLE', 'must not be longer than SESSION_MAX')
  }
  return settings
}

function readStore(reader: SettingsReader): StoreLocation {
  const value = reader.text('SESSION_STORE') ?? 'file:.data'
  if (value === 'memory:') return { kind: 'memory' }
  const folder = value.startsWith('file:') ? value.slice('file:'.length) : ''
  if (folder === '') reader.problem('SESSION_STORE', 'must be file:<folder> or memory:')
  return { kind: 'file', folder }
}

function readSecrets(reader: SettingsReader, production: boolean): SessionSettings['secrets'] {
  const [newest, ...older] = reader.secret('SESSION_SECRET')?.split(',') ?? []
  if (newest === undefined) {
    if (production)
      reader.problem('SESSION_SECRET', 'is required in production: openssl rand -hex 32')
    return undefined
  }
  const secrets = [newest.trim(), ...older.map((secret) => secret.trim())] as const
  if (secrets.some((secret) => secret.length < shortestSecret)) {
    reader.problem(
      'SESSION_SECRET',
      `must have ${String(shortestSecret)} characters or more in each part`,
    )
  }
  return [...secrets]
}
