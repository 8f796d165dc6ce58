import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { open } from 'lmdb'
import { ConfigError } from '../config/reader.ts'
import { sameBytes, type Store } from './store.ts'

const expiryLength = 8
const sweepEveryMs = 10 * 60_000
const sliceLength = 500

/**
 * Records in a folder on disk (LMDB): survives `kill -9`, shared by several processes of one
 * machine, read in microseconds. Each value is preceded by its expiry, 8 bytes.
 * @throws {ConfigError} when the folder or the file in it cannot be used; nothing in it is changed
 */
export function openLmdbStore(folder: string, now: () => number = () => Date.now()): Store {
  const path = join(folder, 'sessions.mdb')
  requireUsable(folder, path)
  // Not batched by turns: the promise of such a batch is out of reach, and its failure, as on a full
  // disk, would end the process as one that nobody handles.
  const db = open<Buffer, string>({ path, encoding: 'binary', eventTurnBatching: false })
  for (const file of [path, `${path}-lock`]) chmodSync(file, 0o600)

  const living = (key: string): Buffer | undefined => {
    const stored = db.getBinary(key)
    if (!stored || expiryOf(stored) <= now()) return undefined
    return stored.subarray(expiryLength)
  }
  const sweeping = setInterval(() => {
    // What makes a sweep fail makes requests fail too, and those report it.
    sweep().catch(() => undefined)
  }, sweepEveryMs).unref()
  let closed = false

  /** In slices, so that no request waits for the walk. */
  async function* walk(prefix: string): AsyncGenerator<{ key: string; value: Buffer }> {
    let start = prefix
    for (;;) {
      const slice = [...db.getRange({ start, limit: sliceLength })]
      for (const entry of slice) {
        if (!entry.key.startsWith(prefix)) return
        yield entry
      }
      if (slice.length < sliceLength || closed) return
      // `start` is inclusive: no key holds a space, so this is behind the last and before the next.
      start = `${slice.at(-1)?.key ?? ''} `
      await new Promise(setImmediate)
    }
  }

  async function sweep(): Promise<void> {
    for await (const { key, value } of walk('')) {
      if (expiryOf(value) <= now()) await removeIfExpired(key)
    }
  }

  const removeIfExpired = (key: string) =>
    db.transaction(() => {
      if (!living(key)) db.removeSync(key)
    })

  return {
    get: (key) => Promise.resolve(living(key)),
    put: async (key, value, expiresAt) => {
      await committed(db.put(key, withExpiry(value, expiresAt)))
    },
    swap: (key, previous, value, expiresAt) =>
      committed(
        db.transaction(() => {
          if (!sameBytes(living(key), previous)) return false
          db.putSync(key, withExpiry(value, expiresAt))
          return true
        }),
      ),
    delete: async (key) => {
      await committed(db.remove(key))
    },
    keys: async function* (prefix) {
      for await (const { key, value } of walk(prefix)) if (expiryOf(value) > now()) yield key
    },
    close: async () => {
      closed = true
      clearInterval(sweeping)
      await db.close()
    },
  }
}

/** The library keeps why a commit failed in a promise of its own, which somebody has to handle. */
async function committed<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    const { commitError } = error as { commitError?: Promise<never> }
    await commitError?.catch((cause: unknown) => {
      throw new Error('the commit failed', { cause })
    })
    throw error
  }
}

/** Tried in another process first: on a damaged file LMDB does not throw, it crashes. */
function requireUsable(folder: string, path: string): void {
  const problem = problemWith(folder, path)
  if (problem === undefined) return
  throw new ConfigError([
    `SESSION_STORE file:${folder} cannot be used: ${problem}`,
    `Make ${folder} a folder with free space that this user can read and write; restore`,
    `${path} from a backup; or delete it, which ends all sessions.`,
  ])
}

/** Reading the largest store takes seconds; another process may hold it locked. Milliseconds. */
const longestTrial = 30_000
const trial = fileURLToPath(new URL('../../bin/try-store.mjs', import.meta.url))

function problemWith(folder: string, path: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const limits = { encoding: 'utf8', timeout: longestTrial } as const
  const { status, signal, stdout, stderr, error } = spawnSync(execPath, [trial, path], limits)
  if (error) return `it did not open within half a minute (${error.message})`
  if (signal) return `sessions.mdb is damaged or cut off, or the disk is full (${signal})`
  return status === 0 ? undefined : stdout || stderr
}

function withExpiry(value: Uint8Array, expiresAt: number): Buffer {
  const bytes = Buffer.alloc(expiryLength + value.length)
  bytes.writeDoubleBE(expiresAt)
  bytes.set(value, expiryLength)
  return bytes
}

function expiryOf(stored: Buffer): number {
  return stored.readDoubleBE(0)
}
