import { createRequire } from 'node:module'

/**
 * undici makes one timer for all its time limits, and keeps it. `reset` forgets that timer: call it
 * before timers are faked, and when they are real again.
 */
export const undiciTimers = createRequire(import.meta.url)('undici/lib/util/timers.js') as {
  reset: () => void
}
