import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../config/reader.ts'
import { packageFolder } from '../package-folder.ts'
import { removeCleanMarker, wasClosedCleanly } from './clean-close.ts'
import { tryDisk } from './disk.ts'
import { networkFileSystem } from './network-disk.ts'
import { isOpenElsewhere } from './open-elsewhere.ts'
import { makeFolderPrivate, makePrivate } from './private-files.ts'

/** Another process may hold the lock of the store. */
const trialTimeoutMs = 30_000
/** The trial of a large store gets as much more time as a slow disk needs: 10 MB a second. */
const slowDiskBytesPerMs = 10_000
const trialScript = fileURLToPath(new URL('bin/try-store.mjs', packageFolder))

/**
 * Makes the folder and its files if they are missing, readable by this user alone, and tries them.
 * The database is read as a whole only after an unclean end, or when another program has changed it.
 * @param files the database and its lock file
 * @throws {ConfigError} when the folder or a file cannot be used; the content of files stays
 */
export async function requireUsableStore(
  folder: string,
  files: readonly [string, string],
): Promise<void> {
  const [path] = files
  const problem = await problemWith(folder, files)
  if (problem !== undefined) throw unusableStore(folder, path, problem)
}

export function unusableStore(folder: string, path: string, problem: string): ConfigError {
  return new ConfigError([
    `SESSION_STORE file:${folder} cannot be used: ${problem}`,
    `Make ${folder} a folder with free space that this user can read and write; restore`,
    `${path} from a backup; or delete it, which ends all sessions.`,
  ])
}

async function problemWith(
  folder: string,
  files: readonly [string, string],
): Promise<string | undefined> {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    requireLocalDisk(folder)
    files.forEach(makePrivate)
    makeFolderPrivate(folder)
    await tryDisk(folder)
    const [path, lockFile] = files
    const isSound = isNew(path) || isOpenElsewhere(lockFile) || wasClosedCleanly(path)
    const problem = isSound ? undefined : tryDatabase(path)
    // If LMDB crashes on this file all the same, the next start tries it.
    if (problem === undefined) removeCleanMarker(path)
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
    'where the database can be damaged. Set SESSION_STORE to a folder on a local disk, or to Redis.',
  ])
}

/**
 * Opens the database in another process: on a damaged file, LMDB crashes instead of throwing.
 * @returns what is wrong with it
 * @throws {ConfigError} when the other process could not tell
 */
function tryDatabase(path: string): string | undefined {
  const timeout = trialTimeoutMs + Math.ceil(fs.statSync(path).size / slowDiskBytesPerMs)
  const limits = { encoding: 'utf8', timeout } as const
  const { status, signal, stdout, stderr, error } = spawnSync(execPath, [trialScript, path], limits)
  if (error || signal === 'SIGKILL') {
    throw new ConfigError([
      `${path} could not be tried (${error?.message ?? 'the system killed the trial'}).`,
      'It may be sound: start again, with more memory or when the disk has less to do.',
    ])
  }
  if (signal) return `sessions.mdb is damaged or cut off, or the disk is full (${signal})`
  return status === 0 ? undefined : stdout || stderr
}
