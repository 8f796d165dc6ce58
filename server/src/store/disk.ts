import { randomUUID } from 'node:crypto'
import { accessSync, constants, statfsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Room for the largest commit. With less free space, the disk counts as full. */
const minFreeBytes = 1024 * 1024
const trialBytes = 64 * 1024
const trialEveryMs = 1_000

/**
 * Prevents writes that the disk would refuse. Each failed write makes lmdb 3.5.6 overrun the buffer
 * of its error message (`last_error` in mdb.c), which can crash the process later.
 */
export class Disk {
  readonly #folder: string
  #failure: unknown
  #triedAt = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Call it before a write. @throws when the disk is full or read-only, or the last write failed */
  async requireWritable(): Promise<void> {
    accessSync(this.#folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(this.#folder)
    if (bavail * bsize < minFreeBytes) throw diskFull(this.#folder)
    if (this.#failure !== undefined) await this.#tryAgain(this.#failure)
  }

  /** Whether the last write failed. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Call it after a failed write. Writes throw from then on until a trial file can be written. */
  recordFailure(error: unknown): void {
    this.#failure = error
    this.#triedAt = performance.now()
  }

  async #tryAgain(failure: unknown): Promise<void> {
    if (performance.now() - this.#triedAt < trialEveryMs) {
      throw new Error('the disk refused the last write', { cause: failure })
    }
    this.#triedAt = performance.now()
    await tryDisk(this.#folder)
    this.#failure = undefined
  }
}

function diskFull(folder: string): Error {
  return Object.assign(new Error(`the disk of ${folder} is full`), { code: 'ENOSPC' })
}

/** Writes and removes a file. @throws the error of the disk */
export async function tryDisk(folder: string): Promise<void> {
  const file = join(folder, `trial.${randomUUID()}`)
  try {
    await writeFile(file, Buffer.alloc(trialBytes), { mode: 0o600, flush: true })
  } finally {
    await rm(file, { force: true })
  }
}
