import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { parseSecrets, secretRule } from '../config/session.ts'
import { Failure } from '../failure.ts'
import type { Secrets } from './key-ring.ts'

/** The file is polled: notifications of changes do not reach into containers. */
const pollEveryMs = 2_000

/**
 * Calls `rotate` with the secrets in a file after each change of the file, one call at a time.
 * Calls `rotate` again when the store has failed. Ignores wrong content until the next change.
 * @returns a function that stops watching
 */
export function watchSecrets(
  file: string,
  rotate: (secrets: Secrets) => Promise<void>,
  onProblem: (error: unknown) => void,
): () => void {
  let queue = Promise.resolve()
  let retry: NodeJS.Timeout | undefined

  function enqueue(): void {
    clearTimeout(retry)
    queue = queue.then(rotateToFile)
  }
  async function rotateToFile(): Promise<void> {
    try {
      await rotate(readSecrets(file))
    } catch (error) {
      onProblem(error)
      if (error instanceof Failure) retry = setTimeout(enqueue, pollEveryMs).unref()
    }
  }

  watchFile(file, { interval: pollEveryMs, persistent: false }, enqueue)
  return () => {
    clearTimeout(retry)
    unwatchFile(file, enqueue)
  }
}

function readSecrets(file: string): Secrets {
  const secrets = parseSecrets(readFileSync(file, 'utf8'))
  if (!secrets) throw new Error(`SESSION_SECRET ${secretRule}`)
  return secrets
}
