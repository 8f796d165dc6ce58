import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/reader.ts'
import { networkFileSystem } from './network-disk.ts'

/** What the folder holds when it belongs to the store alone. */
const ownNames = /^(sessions\.mdb(-lock)?|session-secret(\..+)?|trial\..+)$/
const diskTrialBytes = 64 * 1024
/** Reading the largest store takes seconds; another process may hold it locked. */
const longestTrialMs = 30_000
const trial = fileURLToPath(new URL('../../bin/try-store.mjs', import.meta.url))

/**
 * Makes the folder and empty files where they are missing, for this user alone, and tries them.
 * @param files the database and its lock file
 * @throws {ConfigError} when they cannot be used; their content is not changed
 */
export function requireUsable(folder: string, files: readonly [string, string]): void {
  const [path] = files
  const problem = problemWith(folder, files)
  if (problem !== undefined) {
    throw new ConfigError([
      `SESSION_STORE file:${folder} cannot be used: ${problem}`,
      `Make ${folder} a folder with free space that this user can read and write; restore`,
      `${path} from a backup; or delete it, which ends all sessions.`,
    ])
  }
}

function problemWith(folder: string, files: readonly [string, string]): string | undefined {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    requireLocalDisk(folder)
    files.forEach(makePrivate)
    closeToOthers(folder)
    tryDisk(folder)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    return error instanceof Error ? error.message : String(error)
  }
  return tryDatabase(files[0])
}

function requireLocalDisk(folder: string): void {
  const network = platform === 'linux' ? networkFileSystem(fs.statfsSync(folder).type) : undefined
  if (network === undefined) return
  throw new ConfigError([
    `SESSION_STORE file:${folder} cannot be used: it is on a network file system (${network}),`,
    'where the database can be damaged. Set SESSION_STORE to a folder on a local disk.',
  ])
}

/**
 * Never opens a file that is there: closing it would release the locks on it that this process has
 * already (`man 2 fcntl`, record locks).
 */
function makePrivate(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    if (fs.statSync(file).isFile()) fs.chmodSync(file, 0o600)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** A folder with other files in it, such as a home folder, stays as it is: it is not ours to close. */
function closeToOthers(folder: string): void {
  const isOpen = (fs.statSync(folder).mode & 0o077) !== 0
  if (!isOpen || !fs.readdirSync(folder).every((name) => ownNames.test(name))) return
  try {
    fs.chmodSync(folder, 0o700)
  } catch (error) {
    // It belongs to another user, as a volume of Kubernetes does. The files are ours.
    if (!hasCode(error, 'EPERM')) throw error
  }
}

function tryDisk(folder: string): void {
  const file = join(folder, `trial.${randomUUID()}`)
  try {
    fs.writeFileSync(file, Buffer.alloc(diskTrialBytes), { mode: 0o600, flush: true })
  } finally {
    fs.rmSync(file, { force: true })
  }
}

/** In another process: on a damaged file LMDB does not throw, it crashes. */
function tryDatabase(path: string): string | undefined {
  const limits = { encoding: 'utf8', timeout: longestTrialMs } as const
  const { status, signal, stdout, stderr, error } = spawnSync(execPath, [trial, path], limits)
  if (error) return `it did not open within half a minute (${error.message})`
  if (signal) return `sessions.mdb is damaged or cut off, or the disk is full (${signal})`
  return status === 0 ? undefined : stdout || stderr
}
