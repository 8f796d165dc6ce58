import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KeyRing } from '../../src/secrets/key-ring.ts'
import { RingCache } from '../../src/secrets/ring-cache.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('what keys have decrypted leaves the memory after ten minutes, and no timer stays behind', () => {
  const cache = new RingCache(new KeyRing(['s'.repeat(40)]), 10)
  cache.set('a', 'decrypted')
  vi.advanceTimersByTime(9 * 60_000)
  expect(cache.get('a')).toBe('decrypted')
  vi.advanceTimersByTime(2 * 60_000)
  expect(cache.get('a')).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})
