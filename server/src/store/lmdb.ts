import { join } from 'node:path'
import { open } from 'lmdb'
import { Disk } from './disk.ts'
import { OpenedFiles } from './opened-files.ts'
import { sameBytes, type Store } from './store.ts'
import { requireUsable } from './usable.ts'

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
  const paths = [path, `${path}-lock`] as const
  requireUsable(folder, paths)
  // Not batched by turns: the promise of such a batch is out of reach, and its failure, as on a full
  // disk, would end the process as one that nobody handles.
  const db = open<Buffer, string>({ path, encoding: 'binary', eventTurnBatching: false })
  const files = new OpenedFiles(paths)
  const disk = new Disk(folder)

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
      files.checkNowAndThen()
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

  async function write<T>(work: () => Promise<T>): Promise<T> {
    files.check()
    await disk.requireWritable()
    try {
      return await committed(work())
    } catch (error) {
      disk.refused(error)
      throw error
    }
  }

  const removeIfExpired = (key: string) =>
    write(() =>
      db.transaction(() => {
        if (!living(key)) db.removeSync(key)
      }),
    )

  return {
    get: (key) => {
      files.checkNowAndThen()
      return Promise.resolve(living(key))
    },
    put: async (key, value, expiresAt) => {
      await write(() => db.put(key, withExpiry(value, expiresAt)))
    },
    swap: (key, previous, value, expiresAt) =>
      write(() =>
        db.transaction(() => {
          if (!sameBytes(living(key), previous)) return false
          db.putSync(key, withExpiry(value, expiresAt))
          return true
        }),
      ),
    delete: async (key) => {
      await write(() => db.remove(key))
    },
    names: async function* (prefix) {
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

function withExpiry(value: Uint8Array, expiresAt: number): Buffer {
  const bytes = Buffer.alloc(expiryLength + value.length)
  bytes.writeDoubleBE(expiresAt)
  bytes.set(value, expiryLength)
  return bytes
}

function expiryOf(stored: Buffer): number {
  return stored.readDoubleBE(0)
}
