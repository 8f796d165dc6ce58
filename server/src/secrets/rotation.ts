import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { parseSecrets, secretRule } from '../config/session.ts'
import type { Secrets } from './key-ring.ts'

/** Files are asked by their time: notifications do not cross the borders of containers. */
const lookEveryMs = 2_000

/**
 * Tells of new secrets when the file that holds them has changed.
 * @param onProblem told of a content that cannot be used; the secrets before it stay in use
 * @returns stops watching
 */
export function watchSecrets(
  file: string,
  onChange: (secrets: Secrets) => void,
  onProblem: (error: Error) => void,
): () => void {
  const look = () => {
    try {
      onChange(readSecrets(file))
    } catch (error) {
      onProblem(error as Error)
    }
  }
  watchFile(file, { interval: lookEveryMs, persistent: false }, look)
  return () => {
    unwatchFile(file, look)
  }
}

function readSecrets(file: string): Secrets {
  const secrets = parseSecrets(readFileSync(file, 'utf8'))
  if (!secrets) throw new Error(`SESSION_SECRET ${secretRule}`)
  return secrets
}
