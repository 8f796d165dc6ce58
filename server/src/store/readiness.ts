import { recordKinds } from './record-kinds.ts'
import type { Store } from './store.ts'

/** Pause between two writes: a full or failing disk still answers reads. */
const writeEveryMs = 10_000

/** @returns a function that throws when the store does not read or does not write */
export function storeReadiness(store: Store): () => Promise<void> {
  let written: Promise<void> = Promise.resolve()
  let writtenAt = -Infinity

  function write(): Promise<void> {
    const now = Date.now()
    if (Math.abs(now - writtenAt) < writeEveryMs) return written
    writtenAt = now
    written = store.put(recordKinds.readyz, new Uint8Array(), now + writeEveryMs)
    return written
  }

  return async () => {
    await Promise.all([store.get(recordKinds.readyz), write()])
  }
}
