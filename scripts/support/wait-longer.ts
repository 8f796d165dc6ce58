import { vi } from 'vitest'

const { waitUntil } = vi

/** Vitest gives up after a second, which a busy machine may need. */
vi.waitUntil = (condition, options = { timeout: 10_000 }) => waitUntil(condition, options)
