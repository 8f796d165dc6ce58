import type { StoreLocation } from '../config/session.ts'
import { Failure } from '../failure.ts'
import { openLmdbStore } from './lmdb.ts'
import { openMemoryStore } from './memory.ts'
import type { Store } from './store.ts'

/** Longer than any healthy store takes, short enough for a person who waits. */
const deadlineMs = 2_000

/** Every call of the store ends within two seconds, with its answer or a `store_unavailable`. */
export function openStore(location: StoreLocation): Store {
  return guard(location.kind === 'memory' ? openMemoryStore() : openLmdbStore(location.folder))
}

export function guard(store: Store): Store {
  return {
    get: (key) => inTime(() => store.get(key)),
    put: (key, value, expiresAt) => inTime(() => store.put(key, value, expiresAt)),
    swap: (key, previous, next, expiresAt) =>
      inTime(() => store.swap(key, previous, next, expiresAt)),
    delete: (key) => inTime(() => store.delete(key)),
    keys: async function* (prefix) {
      const keys = store.keys(prefix)[Symbol.asyncIterator]()
      for (;;) {
        const step = await inTime(() => keys.next())
        if (step.done) return
        yield step.value
      }
    },
    close: () => store.close(),
  }
}

async function inTime<T>(call: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(deadlineMs)} ms`))
    }, deadlineMs)
  })
  try {
    return await Promise.race([call(), late])
  } catch (cause) {
    throw new Failure('store_unavailable', 'the session store failed', { cause })
  } finally {
    clearTimeout(timer)
  }
}
