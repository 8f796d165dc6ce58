import { statSync } from 'node:fs'

const lookEveryMs = 1_000

/**
 * Notices that files were removed or replaced after they were opened: what is written then goes to
 * files without a name, and is lost at the restart.
 */
export class OpenedFiles {
  readonly #files: readonly { path: string; id: string }[]
  #lookedAt = performance.now()
  #problem: Error | undefined

  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => ({ path, id: idOf(path) }))
  }

  /** Before a write. @throws when a file is not the one that was opened */
  check(): void {
    this.#lookedAt = performance.now()
    const moved = this.#files.find(({ path, id }) => idOf(path) !== id)
    this.#problem = moved && problemOf(moved.path)
    if (this.#problem) throw this.#problem
  }

  /** Before a read: as `check`, but it asks the disk once a second at most. */
  checkNowAndThen(): void {
    if (performance.now() - this.#lookedAt >= lookEveryMs) this.check()
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
