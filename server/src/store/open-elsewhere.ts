import { readFileSync, statSync } from 'node:fs'

/**
 * Whether a running process has the store open. LMDB then holds a lock on its lock file, which Linux
 * lists in `/proc/locks`. A process in another container is not listed.
 */
export function isOpenElsewhere(lockFile: string): boolean {
  try {
    const { ino } = statSync(lockFile, { bigint: true })
    return readFileSync('/proc/locks', 'utf8').includes(`:${String(ino)} `)
  } catch {
    return false
  }
}
