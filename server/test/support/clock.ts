import { vi } from 'vitest'

/** Moves the clock on; timers go on as they are. Give the real clock back after the test. */
export function later(minutes: number): void {
  laterSeconds(minutes * 60)
}

/** As `later`. */
export function laterSeconds(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
}

const realNow = performance.now.bind(performance)
let aheadMs = 0

/**
 * Lets time pass on the monotonic clock, by which ages of Entra's documents are counted. It never
 * goes back, as the real one does not.
 */
export function pass(seconds: number): void {
  aheadMs += seconds * 1_000
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + aheadMs)
}
