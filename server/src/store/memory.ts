import { sameBytes, type Store } from './store.ts'

interface Entry {
  value: Uint8Array
  expiresAt: number
}

const sweepEveryMs = 60_000

/** Records in this process's memory: for tests and the demo. Gone when the process ends. */
export function openMemoryStore(now: () => number = () => Date.now()): Store {
  const entries = new Map<string, Entry>()

  const living = (key: string): Uint8Array | undefined => {
    const entry = entries.get(key)
    return entry && entry.expiresAt > now() ? entry.value : undefined
  }
  const sweep = () => {
    for (const [key, entry] of entries) if (entry.expiresAt <= now()) entries.delete(key)
  }
  const sweeping = setInterval(sweep, sweepEveryMs).unref()

  return {
    get: (key) => Promise.resolve(living(key)),
    put: (key, value, expiresAt) => {
      entries.set(key, { value, expiresAt })
      return Promise.resolve()
    },
    swap: (key, previous, value, expiresAt) => {
      if (!sameBytes(living(key), previous)) return Promise.resolve(false)
      entries.set(key, { value, expiresAt })
      return Promise.resolve(true)
    },
    delete: (key) => {
      entries.delete(key)
      return Promise.resolve()
    },
    names: async function* (prefix) {
      for (const key of [...entries.keys()]) {
        if (key.startsWith(prefix) && living(key)) yield key
      }
    },
    close: () => {
      clearInterval(sweeping)
      return Promise.resolve()
    },
  }
}
