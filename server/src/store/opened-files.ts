import { statSync } from 'node:fs'

const checkEveryMs = 1_000

/**
 * Notices that an open file of the store was removed or replaced. What is written then goes to a
 * file without a name, and is lost at the restart.
 */
export class OpenedFiles {
  readonly #files: readonly { path: string; id: string }[]
  #checkedAt = performance.now()
  #problem: Error | undefined

  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => ({ path, id: idOf(path) }))
  }

  /** Call it before a write. @throws when a path names another file than the opened one */
  check(): void {
    this.#checkedAt = performance.now()
    const moved = this.#files.find(({ path, id }) => idOf(path) !== id)
    this.#problem = moved && problemOf(moved.path)
    if (this.#problem) throw this.#problem
  }

  /** Call it before a read. Like `check`, but looks at the disk at most once per second. */
  checkOncePerSecond(): void {
    if (performance.now() - this.#checkedAt >= checkEveryMs) this.check()
    if (this.#problem) throw this.#problem
  }
}

function idOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found ? `${String(found.dev)}:${String(found.ino)}` : ''
}

function problemOf(path: string): Error {
  return new Error(
    `${path} was removed or replaced while the server ran. Sessions that begin now would be lost. ` +
      'Restart the server, or put the same file back.',
  )
}
