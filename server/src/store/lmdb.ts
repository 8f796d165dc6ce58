import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { sameBytes, type Store } from './store.ts'

const expiryLength = 8
const sweepEveryMs = 10 * 60_000
const sliceLength = 500

/**
 * Records in a folder on disk (LMDB): survives `kill -9`, shared by several processes of one
 * machine, read in microseconds. Each value is preceded by its expiry, 8 bytes.
 */
export function openLmdbStore(folder: string, now: () => number = () => Date.now()): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'sessions.mdb')
  const db = open<Buffer, string>({ path, encoding: 'binary' })
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
      await db.put(key, withExpiry(value, expiresAt))
    },
    swap: (key, previous, value, expiresAt) =>
      db.transaction(() => {
        if (!sameBytes(living(key), previous)) return false
        db.putSync(key, withExpiry(value, expiresAt))
        return true
      }),
    delete: async (key) => {
      await db.remove(key)
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

function withExpiry(value: Uint8Array, expiresAt: number): Buffer {
  const bytes = Buffer.alloc(expiryLength + value.length)
  bytes.writeDoubleBE(expiresAt)
  bytes.set(value, expiryLength)
  return bytes
}

function expiryOf(stored: Buffer): number {
  return stored.readDoubleBE(0)
}
