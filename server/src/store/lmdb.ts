import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import { removeCleanMarker, writeCleanMarker } from './clean-close.ts'
import { Disk, hasDamagedMemory } from './disk.ts'
import { expiryOf, livingValue, withExpiry } from './expiring-value.ts'
import { OpenedFiles } from './opened-files.ts'
import { sameBytes, type Store } from './store.ts'
import { requireUsableStore, unusableStore } from './usable.ts'

const sweepEveryMs = 10 * 60_000
const sliceRecords = 100
const maxSnapshotMs = 1

/**
 * Keeps records in a folder on disk (LMDB). They survive `kill -9`, several processes of one machine
 * share them, and a read takes microseconds. The expiry stands before each value.
 * @throws {ConfigError} when the folder or a file in it cannot be used; no content is changed
 */
export async function openLmdbStore(
  folder: string,
  now: () => number = () => Date.now(),
): Promise<Store> {
  const path = join(folder, 'sessions.mdb')
  const paths = [path, `${path}-lock`] as const
  await requireUsableStore(folder, paths)
  const db = openDatabase(folder, path)
  const files = new OpenedFiles(paths)
  const disk = new Disk(folder, path)

  // The next read overwrites the bytes of `getBinaryFast`. A new buffer would make up half of a read.
  const living = (name: string, known?: Uint8Array): Uint8Array | undefined =>
    livingValue(db.getBinaryFast(name), now(), known)
  let snapshotAt = -Infinity
  /**
   * lmdb keeps a snapshot for some milliseconds, and reads nothing that another process has written
   * since. The reads of one turn of the event loop share a new snapshot for a millisecond at most.
   */
  const takeSnapshot = () => {
    const nowMs = performance.now()
    if (nowMs - snapshotAt < maxSnapshotMs) return
    db.resetReadTxn()
    snapshotAt = nowMs
    setImmediate(() => {
      snapshotAt = -Infinity
    })
  }
  const sweeping = setInterval(() => {
    // A failed sweep is not logged: requests fail by the same cause and are logged.
    sweep().catch(() => undefined)
  }, sweepEveryMs).unref()
  let isSweeping = false
  let closed = false
  let hasFailed = false
  let ending: NodeJS.Immediate | undefined

  /** Reads in slices, so that requests are served in between. */
  async function* walk(prefix: string): AsyncGenerator<{ key: string; value: Buffer }> {
    let start = prefix
    for (;;) {
      files.checkOncePerSecond()
      const slice = [...db.getRange({ start, limit: sliceRecords })]
      for (const entry of slice) {
        if (!entry.key.startsWith(prefix)) return
        yield entry
      }
      if (slice.length < sliceRecords) return
      // A range includes its start. No name holds a space, so this sorts right after the last name.
      start = `${slice.at(-1)?.key ?? ''} `
      await new Promise(setImmediate)
      if (closed) return
    }
  }

  async function sweep(): Promise<void> {
    if (isSweeping) return
    isSweeping = true
    try {
      for await (const { key: name, value } of walk('')) {
        if (expiryOf(value) <= now()) await removeIfExpired(name)
      }
    } finally {
      isSweeping = false
    }
  }

  async function write<T>(work: () => Promise<T>): Promise<T> {
    // After `close`, a write would crash lmdb.
    if (closed) throw new Error('the store is closed')
    files.check()
    removeCleanMarker(path)
    disk.requireWritable()
    try {
      const outcome = await committed(work())
      // The snapshot may be older than what this write has seen of other processes.
      snapshotAt = -Infinity
      return outcome
    } catch (error) {
      hasFailed = true
      if (hasDamagedMemory(error)) ending ??= endProcess(error)
      throw error
    }
  }

  const removeIfExpired = (name: string) =>
    write(() =>
      db.transaction(() => {
        if (!living(name)) db.removeSync(name)
      }),
    )

  return {
    get: (name, known) => {
      files.checkOncePerSecond()
      takeSnapshot()
      return living(name, known)
    },
    put: async (name, value, expiresAt) => {
      await write(() => db.put(name, withExpiry(value, expiresAt)))
    },
    swap: (name, previous, value, expiresAt) =>
      write(() =>
        db.transaction(() => {
          if (!sameBytes(living(name), previous)) return false
          db.putSync(name, withExpiry(value, expiresAt))
          return true
        }),
      ),
    delete: async (name) => {
      await write(() => db.remove(name))
    },
    names: async function* (prefix) {
      for await (const { key: name, value } of walk(prefix)) if (expiryOf(value) > now()) yield name
    },
    close: async () => {
      closed = true
      clearInterval(sweeping)
      await db.close()
      disk.close()
      if (hasFailed) return
      try {
        files.check()
        writeCleanMarker(path)
      } catch {
        // Without a marker, the next start tries the file.
      }
    },
  }
}

function openDatabase(folder: string, path: string): RootDatabase<Buffer, string> {
  try {
    // With `eventTurnBatching`, lmdb makes promises that this code cannot handle. A write that fails,
    // as on a full disk, would then end the process by an unhandled rejection.
    return open({ path, encoding: 'binary', eventTurnBatching: false })
  } catch (error) {
    throw unusableStore(folder, path, error instanceof Error ? error.message : String(error))
  }
}

/** lmdb gives the cause of a failed commit in a second promise, which must be handled too. */
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

/** The server closes after an error that nothing handles, and ends with the exit code 1. */
function endProcess(cause: unknown): NodeJS.Immediate {
  return setImmediate(() => {
    throw new Error('the disk refused a write, and lmdb then damaged memory', { cause })
  })
}
