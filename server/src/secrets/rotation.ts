import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { parseSecrets, secretRule } from '../config/session.ts'
import { Failure } from '../failure.ts'
import type { Secrets } from './key-ring.ts'

/** Files are asked by their time: notifications do not cross the borders of containers. */
const lookEveryMs = 2_000

/**
 * Rotates to the secrets in a file whenever it has changed, one change after the other. What is
 * wrong with its content stays wrong until it changes again; a store that failed is tried again.
 * @returns stops watching
 */
export function watchSecrets(
  file: string,
  rotate: (secrets: Secrets) => Promise<void>,
  onProblem: (error: unknown) => void,
): () => void {
  let last = Promise.resolve()
  let retry: NodeJS.Timeout | undefined

  function look(): void {
    clearTimeout(retry)
    last = last.then(take)
  }
  async function take(): Promise<void> {
    try {
      await rotate(readSecrets(file))
    } catch (error) {
      onProblem(error)
      if (error instanceof Failure) retry = setTimeout(look, lookEveryMs).unref()
    }
  }

  watchFile(file, { interval: lookEveryMs, persistent: false }, look)
  return () => {
    clearTimeout(retry)
    unwatchFile(file, look)
  }
}

function readSecrets(file: string): Secrets {
  const secrets = parseSecrets(readFileSync(file, 'utf8'))
  if (!secrets) throw new Error(`SESSION_SECRET ${secretRule}`)
  return secrets
}
