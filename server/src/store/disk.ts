import { randomUUID } from 'node:crypto'
import { accessSync, constants, statfsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Enough for the largest commit. With less, the disk counts as full. */
const leastFreeBytes = 1024 * 1024
const trialBytes = 64 * 1024
const trialEveryMs = 1_000

/**
 * Keeps writes away from LMDB that the disk would refuse. Each write of a page that fails makes
 * lmdb 3.5.6 overrun the buffer of its error message (`last_error` in mdb.c), and later the process
 * can end by that.
 */
export class Disk {
  readonly #folder: string
  #refusal: unknown
  #triedAt = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Before a write. @throws when the disk is full or read-only, or has refused a write before */
  async requireWritable(): Promise<void> {
    accessSync(this.#folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(this.#folder)
    if (bavail * bsize < leastFreeBytes) throw new Error(`the disk of ${this.#folder} is full`)
    if (this.#refusal !== undefined) await this.#tryAgain(this.#refusal)
  }

  /** A write failed all the same: the next ones wait until a trial file can be written. */
  refused(error: unknown): void {
    this.#refusal = error
    this.#triedAt = performance.now()
  }

  async #tryAgain(refusal: unknown): Promise<void> {
    if (performance.now() - this.#triedAt < trialEveryMs) {
      throw new Error('the disk refused the last write', { cause: refusal })
    }
    this.#triedAt = performance.now()
    await tryDisk(this.#folder)
    this.#refusal = undefined
  }
}

/** Writes and removes a file. @throws when that fails */
async function tryDisk(folder: string): Promise<void> {
  const file = join(folder, `trial.${randomUUID()}`)
  try {
    await writeFile(file, Buffer.alloc(trialBytes), { mode: 0o600, flush: true })
  } finally {
    await rm(file, { force: true })
  }
}
