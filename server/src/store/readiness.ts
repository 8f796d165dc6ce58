import { recordKinds } from './record-kinds.ts'
import type { Store } from './store.ts'

/** Pause between two writes: a full or failing disk still answers reads. */
const writeEveryMs = 10_000

/**
 * Tells whether the store reads and writes.
 * @param onTrouble called once when the store begins to fail, until the store works again
 */
export function storeReadiness(
  store: Store,
  onTrouble: (error: unknown) => void,
): () => Promise<boolean> {
  let written: Promise<void> = Promise.resolve()
  let writtenAt = -Infinity
  let isReady = true

  function write(): Promise<void> {
    const now = Date.now()
    if (Math.abs(now - writtenAt) < writeEveryMs) return written
    writtenAt = now
    written = store.put(recordKinds.readyz, new Uint8Array(), now + writeEveryMs)
    return written
  }

  return async () => {
    try {
      await Promise.all([store.get(recordKinds.readyz), write()])
      isReady = true
    } catch (error) {
      if (isReady) onTrouble(error)
      isReady = false
    }
    return isReady
  }
}
