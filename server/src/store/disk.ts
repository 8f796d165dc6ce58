import { randomUUID } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Room for the largest commit. With less free space, the disk counts as full. */
const minFreeBytes = 1024 * 1024
const trialBytes = 64 * 1024
const pageBytes = 4 * 1024
/** After so many trials the file is emptied. Emptying it each time would cost three times as much. */
const maxTrials = 64
const byte = Buffer.alloc(1)

/**
 * Refuses a write that the disk would refuse. When lmdb 3.5.6 cannot write a page, its message is
 * longer than the memory that it has for it (`last_error` in mdb.c): memory behind that is damaged.
 */
export class Disk {
  readonly #folder: string
  readonly #database: string
  readonly #trial: number
  #trials = 0

  constructor(folder: string, database: string) {
    this.#folder = folder
    this.#database = database
    this.#trial = openNameless(folder)
  }

  /** Call it before a write. @throws when the disk is full or read-only, or the file may not grow */
  requireWritable(): void {
    accessSync(this.#folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(this.#folder)
    if (bavail * bsize < minFreeBytes) throw diskFull(this.#folder)
    this.#tryToGrow()
  }

  close(): void {
    closeSync(this.#trial)
  }

  /** A quota and a limit on the size of files show only when a new page is written. */
  #tryToGrow(): void {
    const { size } = statSync(this.#database)
    if (this.#trials === maxTrials) {
      ftruncateSync(this.#trial, 0)
      this.#trials = 0
    }
    writeSync(this.#trial, byte, 0, 1, size + minFreeBytes - this.#trials * pageBytes)
    this.#trials += 1
  }
}

/** Whether lmdb could not write a page, so that memory of this process is damaged: see {@link Disk}. */
export function hasDamagedMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes('Attempting to write page') || hasDamagedMemory(error.cause)
}

function openNameless(folder: string): number {
  const file = join(folder, `trial.${randomUUID()}`)
  const descriptor = openSync(file, 'wx', 0o600)
  rmSync(file)
  return descriptor
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
