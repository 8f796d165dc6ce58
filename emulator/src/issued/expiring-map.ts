interface Expiring {
  /** Milliseconds since the epoch. */
  expiresAt: number
}

/** An expired entry stays this long, because "expired" and "never issued" are different errors. */
const keptAfterExpiryMs = 3600 * 1000

/**
 * Entries that expire. Each write sweeps two entries, so there is no timer that keeps the process
 * alive, each write is short, and expired entries never outnumber living ones by much.
 */
export class ExpiringMap<Value extends Expiring> {
  readonly #entries = new Map<string, Value>()
  #sweep = this.#entries.entries()

  set(key: string, value: Value): void {
    this.#entries.set(key, value)
    this.#sweepTwo()
  }

  /** Also returns an expired entry that was not swept yet. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  delete(key: string): boolean {
    return this.#entries.delete(key)
  }

  values(): Value[] {
    return [...this.#entries.values()]
  }

  #sweepTwo(): void {
    for (let step = 0; step < 2; step += 1) {
      const next = this.#sweep.next()
      if (next.done) this.#sweep = this.#entries.entries()
      else if (next.value[1].expiresAt + keptAfterExpiryMs <= Date.now()) this.delete(next.value[0])
    }
  }
}
