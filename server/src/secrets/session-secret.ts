import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config/reader.ts'
import type { SessionSettings } from '../config/session.ts'
import type { Secrets } from './key-ring.ts'

const secretBytes = 32

/**
 * The secrets of the settings. Without secrets there, a secret is made once and kept in the folder
 * of the store (mode 0600).
 * @param isNewStore a secret is made for a new store only: a new secret opens no existing record
 * @throws {ConfigError} when the secret in the folder is missing or damaged
 */
export function sessionSecrets(settings: SessionSettings, isNewStore: boolean): Secrets {
  if (settings.secrets) return settings.secrets
  if (settings.store.kind !== 'file') return [newSecret()]
  return [keptSecret(settings.store.folder, isNewStore)]
}

function keptSecret(folder: string, isNewStore: boolean): string {
  const file = join(folder, 'session-secret')
  try {
    if (isNewStore && !existsSync(file)) makeSecret(file)
    const secret = readFileSync(file, 'utf8').trim()
    if (!/^[\da-f]+$/.test(secret) || secret.length !== 2 * secretBytes) {
      throw new Error('its content is not the secret that was made')
    }
    chmodSync(file, 0o600)
    return secret
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new ConfigError([
      `${file} is missing or damaged (${problem}), and nothing else opens the sessions beside it.`,
      'Restore it; set SESSION_SECRET to what it was; or delete the folder, which ends all sessions.',
    ])
  }
}

/** When several processes start at once, all use the whole secret of the first process. */
function makeSecret(file: string): void {
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
