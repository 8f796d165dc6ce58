import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/reader.ts'
import { packageFolder } from '../package-folder.ts'
import { isAsClosed, withdrawNote } from './clean-close.ts'
import { networkFileSystem } from './network-disk.ts'

/** Names of the files that this server makes in the folder. */
const ownFileNames = /^(sessions\.mdb(-lock|-closed)?|session-secret(\..+)?|trial\..+)$/
const diskTrialBytes = 64 * 1024
/** Reading the largest store takes seconds, and another process may hold its lock. */
const longestTrialMs = 30_000
const trialScript = fileURLToPath(new URL('bin/try-store.mjs', packageFolder))

/**
 * Makes the folder and its files if they are missing, readable by this user alone, and tries them.
 * The database is read as a whole only if it changed since it was closed, or was not closed.
 * @param files the database and its lock file
 * @throws {ConfigError} when the folder or a file cannot be used; the content of files stays
 */
export function requireUsableStore(folder: string, files: readonly [string, string]): void {
  const [path] = files
  const problem = problemWith(folder, files)
  if (problem !== undefined) throw unusableStore(folder, path, problem)
}

export function unusableStore(folder: string, path: string, problem: string): ConfigError {
  return new ConfigError([
    `SESSION_STORE file:${folder} cannot be used: ${problem}`,
    `Make ${folder} a folder with free space that this user can read and write; restore`,
    `${path} from a backup; or delete it, which ends all sessions.`,
  ])
}

function problemWith(folder: string, files: readonly [string, string]): string | undefined {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    requireLocalDisk(folder)
    files.forEach(makePrivate)
    makeFolderPrivate(folder)
    tryDisk(folder)
    const [path] = files
    const problem = isNew(path) || isAsClosed(path) ? undefined : tryDatabase(path)
    // If LMDB crashes on this file all the same, the next start tries it.
    if (problem === undefined) withdrawNote(path)
    return problem
  } catch (error) {
    if (error instanceof ConfigError) throw error
    return error instanceof Error ? error.message : String(error)
  }
}

function isNew(path: string): boolean {
  const stat = fs.statSync(path)
  return stat.isFile() && stat.size === 0
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
 * Does not open a file that exists: closing it would release the locks that this process holds on
 * the file (`man 2 fcntl`, record locks).
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

/** A folder that holds other files too, such as a home folder, keeps its mode. */
function makeFolderPrivate(folder: string): void {
  const isOpen = (fs.statSync(folder).mode & 0o077) !== 0
  if (!isOpen || !fs.readdirSync(folder).every((name) => ownFileNames.test(name))) return
  try {
    fs.chmodSync(folder, 0o700)
  } catch (error) {
    // The folder is another user's, as a volume of Kubernetes is. The files in it are private.
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

/** Opens the database in another process: on a damaged file, LMDB crashes instead of throwing. */
function tryDatabase(path: string): string | undefined {
  const limits = { encoding: 'utf8', timeout: longestTrialMs } as const
  const { status, signal, stdout, stderr, error } = spawnSync(execPath, [trialScript, path], limits)
  if (error) return `it did not open within half a minute (${error.message})`
  if (signal) return `sessions.mdb is damaged or cut off, or the disk is full (${signal})`
  return status === 0 ? undefined : stdout || stderr
}
