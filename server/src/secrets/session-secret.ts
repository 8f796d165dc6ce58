import { randomBytes, randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/reader.ts'
import type { SessionSettings } from '../config/session.ts'
import type { Secrets } from './key-ring.ts'

const secretBytes = 32

/**
 * The secrets that were set, or one that is made once and kept beside the records (mode 0600).
 * @throws {ConfigError} when the kept one is damaged
 */
export function sessionSecrets(settings: SessionSettings): Secrets {
  if (settings.secrets) return settings.secrets
  if (settings.store.kind === 'memory') return [newSecret()]
  return [keptSecret(settings.store.folder)]
}

function keptSecret(folder: string): string {
  const file = join(folder, 'session-secret')
  if (!existsSync(file)) makeSecret(folder, file)
  chmodSync(file, 0o600)
  const secret = readFileSync(file, 'utf8').trim()
  if (/^[\da-f]+$/.test(secret) && secret.length === 2 * secretBytes) return secret
  throw new ConfigError([
    `${file} is damaged: restore it, or delete the folder ${folder} to end all sessions`,
  ])
}

/** Of several processes that start at once, one makes it and all use that one, never half of it. */
function makeSecret(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  writeFileSync(draft, newSecret(), { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}

function newSecret(): string {
  return randomBytes(secretBytes).toString('hex')
}
