import { vi } from 'vitest'

/** Moves the clock on by minutes, without firing timers. Call `vi.useRealTimers` after the test. */
export function later(minutes: number): void {
  laterSeconds(minutes * 60)
}

/** Moves the clock on by seconds, as `later` does. */
export function laterSeconds(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
}

const realNow = performance.now.bind(performance)
let aheadMs = 0
performance.now = () => realNow() + aheadMs

/**
 * Moves the monotonic clock on, which tells the age of Entra's documents. It never goes back.
 */
export function pass(seconds: number): void {
  aheadMs += seconds * 1_000
}
