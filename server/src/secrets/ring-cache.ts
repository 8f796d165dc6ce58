import { LRUCache } from 'lru-cache'
import type { KeyRing } from './key-ring.ts'

const ttlMs = 10 * 60_000
const purgeIntervalMs = 60_000

/**
 * What the keys of a ring have verified or decrypted, for ten minutes. After a rotation of the ring
 * the cache holds nothing.
 */
export class RingCache<Value extends object | string> {
  readonly #ring: KeyRing
  readonly #values: LRUCache<string, Value>
  #keys: KeyRing['all']
  #purging: NodeJS.Timeout | undefined

  /** @param max most values; the value that was not used for the longest time goes first */
  constructor(ring: KeyRing, max: number) {
    this.#ring = ring
    this.#keys = ring.all
    // Without a resolution, a look makes no timer. `Date` is the clock that tests set.
    this.#values = new LRUCache({ max, ttl: ttlMs, ttlResolution: 0, perf: Date })
  }

  get(key: string): Value | undefined {
    this.#forgetAfterRotation()
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#forgetAfterRotation()
    this.#values.set(key, value)
    this.#purging ??= setInterval(() => {
      this.#purge()
    }, purgeIntervalMs).unref()
  }

  /** One timer for all values: a timer for each value would cost more than the value saves. */
  #purge(): void {
    this.#forgetAfterRotation()
    this.#values.purgeStale()
    if (this.#values.size > 0) return
    clearInterval(this.#purging)
    this.#purging = undefined
  }

  #forgetAfterRotation(): void {
    if (this.#keys === this.#ring.all) return
    this.#values.clear()
    this.#keys = this.#ring.all
  }
}
