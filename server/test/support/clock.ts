import { vi } from 'vitest'

/** Moves the clock on; timers go on as they are. Give the real clock back after the test. */
export function later(minutes: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
}
