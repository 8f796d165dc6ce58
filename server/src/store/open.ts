import type { StoreLocation } from '../config/store-location.ts'
import { openLmdbStore } from './lmdb.ts'
import { openMemoryStore } from './memory.ts'
import type { Store } from './store.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * The store that SESSION_STORE names.
 * @param onTrouble called with a sentence for the operator
 */
export async function openStore(
  location: StoreLocation,
  onTrouble: (text: string) => void = () => undefined,
): Promise<Store> {
  return withDeadline(await open(location, onTrouble))
}

async function open(location: StoreLocation, onTrouble: (text: string) => void): Promise<Store> {
  switch (location.kind) {
    case 'memory':
      return openMemoryStore()
    case 'file':
      return openLmdbStore(location.folder)
    case 'redis': {
      // The other stores start without loading the client of Redis.
      const { openRedisStore } = await import('./redis.ts')
      return openRedisStore(location, onTrouble)
    }
  }
}
