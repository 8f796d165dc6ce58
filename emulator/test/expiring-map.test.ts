import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExpiringMap } from '../src/issued/expiring-map.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
})

const inSeconds = (seconds: number) => ({ expiresAt: Date.now() + seconds * 1000 })

test('an expired entry stays for an hour', () => {
  const map = new ExpiringMap()
  map.set('old', inSeconds(1))
  vi.advanceTimersByTime(3600_000)
  map.set('new', inSeconds(1))
  expect(map.get('old')).toBeDefined()
})

test('writing sweeps expired entries, also behind long-lived entries, and sets no timer', () => {
  const map = new ExpiringMap()
  for (let n = 0; n < 100; n += 1) map.set(`long ${String(n)}`, inSeconds(90 * 24 * 3600))
  for (let n = 0; n < 1000; n += 1) {
    map.set(`short ${String(n)}`, inSeconds(0))
    vi.advanceTimersByTime(3600_000)
  }
  expect(map.values().length).toBeLessThan(400)
  expect(map.get('long 0')).toBeDefined()
  expect(vi.getTimerCount()).toBe(0)
})

test('a living entry is never swept', () => {
  const map = new ExpiringMap()
  for (let n = 0; n < 100; n += 1) map.set(String(n), inSeconds(60))
  for (let n = 0; n < 100; n += 1) map.set(String(n), inSeconds(60))
  expect(map.values()).toHaveLength(100)
})
