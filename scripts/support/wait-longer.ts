import { vi } from 'vitest'

// Each test file of a process runs this file, and `vi` is the same in all of them.
const original = vi.waitUntil.bind(vi)

/** Vitest gives up after a second, which a busy machine may need. */
vi.waitUntil = (condition, options = { timeout: 10_000 }) => original(condition, options)
