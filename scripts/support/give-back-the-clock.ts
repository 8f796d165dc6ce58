import { afterAll, vi } from 'vitest'

/** The test files of a process share its clock: the next file must not get one that was moved. */
afterAll(() => {
  vi.useRealTimers()
})
