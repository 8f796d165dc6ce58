import type { StoreLocation } from '../config/session.ts'
import { openLmdbStore } from './lmdb.ts'
import { openMemoryStore } from './memory.ts'
import type { Store } from './store.ts'
import { withDeadline } from './with-deadline.ts'

/** The store that SESSION_STORE names. */
export async function openStore(location: StoreLocation): Promise<Store> {
  return withDeadline(
    location.kind === 'memory' ? openMemoryStore() : await openLmdbStore(location.folder),
  )
}
