import { sameBytes, type Store } from './store.ts'

interface Entry {
  value: Uint8Array
  expiresAt: number
}

const sweepEveryMs = 60_000

/** Keeps records in the memory of this process, for tests and the demo. */
export function openMemoryStore(now: () => number = () => Date.now()): Store {
  const entries = new Map<string, Entry>()

  const living = (name: string): Uint8Array | undefined => {
    const entry = entries.get(name)
    return entry && entry.expiresAt > now() ? entry.value : undefined
  }
  const sweep = () => {
    for (const [name, entry] of entries) if (entry.expiresAt <= now()) entries.delete(name)
  }
  const sweeping = setInterval(sweep, sweepEveryMs).unref()

  return {
    get: living,
    put: (name, value, expiresAt) => {
      entries.set(name, { value, expiresAt })
      return Promise.resolve()
    },
    swap: (name, previous, value, expiresAt) => {
      if (!sameBytes(living(name), previous)) return Promise.resolve(false)
      entries.set(name, { value, expiresAt })
      return Promise.resolve(true)
    },
    delete: (name) => {
      entries.delete(name)
      return Promise.resolve()
    },
    names: async function* (prefix) {
      for (const name of [...entries.keys()]) {
        if (name.startsWith(prefix) && living(name)) yield name
      }
    },
    close: () => {
      clearInterval(sweeping)
      return Promise.resolve()
    },
  }
}
