import { LRUCache } from 'lru-cache'
import type { KeyRing } from './key-ring.ts'

const ttlMs = 10 * 60_000

/** What the keys of a ring have verified or decrypted, for ten minutes. A rotation empties the cache. */
export class RingCache<Value extends object | string> {
  readonly #ring: KeyRing
  readonly #values: LRUCache<string, Value>
  #keys: KeyRing['all']

  /** @param max most values; the value that was not used for the longest time goes first */
  constructor(ring: KeyRing, max: number) {
    this.#ring = ring
    this.#keys = ring.all
    this.#values = new LRUCache({ max, ttl: ttlMs, ttlAutopurge: true })
  }

  get(key: string): Value | undefined {
    this.#forgetAfterRotation()
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#forgetAfterRotation()
    this.#values.set(key, value)
  }

  #forgetAfterRotation(): void {
    if (this.#keys === this.#ring.all) return
    this.#values.clear()
    this.#keys = this.#ring.all
  }
}
