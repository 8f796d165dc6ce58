import { availableParallelism } from 'node:os'
import type { SettingsReader } from './reader.ts'
import type { StoreLocation } from './store-location.ts'

/** @returns how many processes serve */
export function readWorkers(reader: SettingsReader, store: StoreLocation): number {
  const isAuto = reader.text('WORKERS') === 'auto'
  const workers = isAuto
    ? availableParallelism()
    : reader.integer('WORKERS', 1, { min: 1, max: 256 })
  if (workers > 1 && store.kind === 'memory') {
    reader.problem(
      'WORKERS',
      `is ${String(workers)}, but processes cannot share SESSION_STORE=memory:; name a folder or Redis`,
    )
  }
  return workers
}
