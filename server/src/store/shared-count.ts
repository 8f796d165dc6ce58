import { recordKinds } from './record-kinds.ts'
import type { Count } from './store.ts'
import type { Vault } from './vault.ts'

/**
 * Counts for all servers that share the store. The store learns a keyed hash of what is counted.
 * @returns undefined for a store of one machine
 */
export function sharedCount({
  store: { count },
  names,
}: Vault): ((what: string, windowMs: number) => Promise<Count>) | undefined {
  return count && ((what, windowMs) => count(names.of(recordKinds.requests, what), windowMs))
}
