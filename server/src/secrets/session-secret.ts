import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionSettings } from '../config/session.ts'

/** The secrets that were set, or one that is made once and kept beside the records (mode 0600). */
export function sessionSecrets(settings: SessionSettings): readonly [string, ...string[]] {
  if (settings.secrets) return settings.secrets
  if (settings.store.kind === 'memory') return [newSecret()]
  return [keptSecret(settings.store.folder)]
}

function keptSecret(folder: string): string {
  const file = join(folder, 'session-secret')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    // Of several processes that start at once, one writes it and all read that one.
    writeFileSync(file, newSecret(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    chmodSync(file, 0o600)
  }
  return readFileSync(file, 'utf8')
}

function newSecret(): string {
  return randomBytes(32).toString('hex')
}
