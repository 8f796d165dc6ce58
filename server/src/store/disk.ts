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

/** With less free space, the disk counts as full. A commit of this server is smaller by far. */
const minFreeBytes = 1024 * 1024
/** Of the file that is tried at the start. */
const trialBytes = 64 * 1024
const pageBytes = 4 * 1024
/** The probe file is emptied after so many probes. To empty it each time would triple the cost of a probe. */
const maxProbes = 16
const byte = Buffer.alloc(1)

/**
 * Refuses a write that the disk would refuse. When lmdb 3.5.6 cannot write a page, it writes its error
 * message past the end of a buffer (`last_error` in mdb.c), and so damages memory of the process.
 */
export class Disk {
  readonly #folder: string
  readonly #database: string
  readonly #probeFile: number
  #probesLeft = 0
  #offset = 0

  constructor(folder: string, database: string) {
    this.#folder = folder
    this.#database = database
    this.#probeFile = openUnlinked(folder)
  }

  /** Call it before a write. @throws when the disk is full or read-only, or the file may not grow */
  requireWritable(): void {
    accessSync(this.#folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(this.#folder)
    if (bavail * bsize < minFreeBytes) throw diskFull(this.#folder)
    this.#probe()
  }

  close(): void {
    closeSync(this.#probeFile)
  }

  /** A quota and a limit on the size of files show only when a new page is written. */
  #probe(): void {
    // Each probe takes the page before the last one: a page that was written already is not new.
    const offset = this.#probesLeft > 0 ? this.#offset - pageBytes : this.#startAgain()
    writeSync(this.#probeFile, byte, 0, 1, offset)
    this.#offset = offset
    this.#probesLeft = (this.#probesLeft || maxProbes) - 1
  }

  /** @returns an offset that the database does not reach until the next start */
  #startAgain(): number {
    ftruncateSync(this.#probeFile, 0)
    return statSync(this.#database).size + minFreeBytes
  }
}

/** Whether lmdb could not write a page, so that memory of this process is damaged: see {@link Disk}. */
export function hasDamagedMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.message.includes('Attempting to write page') || hasDamagedMemory(error.cause)
}

function trialFile(folder: string): string {
  return join(folder, `trial.${randomUUID()}`)
}

/** A file that is removed already: nothing is left of it when the process ends. */
function openUnlinked(folder: string): number {
  const file = trialFile(folder)
  const descriptor = openSync(file, 'wx', 0o600)
  rmSync(file)
  return descriptor
}

function diskFull(folder: string): Error {
  return Object.assign(new Error(`the disk of ${folder} is full`), { code: 'ENOSPC' })
}

/** Writes and removes a file. @throws the error of the disk */
export async function tryDisk(folder: string): Promise<void> {
  const file = trialFile(folder)
  try {
    await writeFile(file, Buffer.alloc(trialBytes), { mode: 0o600, flush: true })
  } finally {
    await rm(file, { force: true })
  }
}
