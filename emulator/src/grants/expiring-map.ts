interface Expiring {
  /** Milliseconds since the epoch. */
  expiresAt: number
}

const remembered = 3600 * 1000

/**
 * Entries that expire. They stay for an hour after that, because "expired" and "never seen" are
 * different answers; then they are swept, two at each write. No timer keeps the process alive for
 * it, no write takes long, and what is left over never outgrows what is alive by much.
 */
export class ExpiringMap<Value extends Expiring> {
  readonly #entries = new Map<string, Value>()
  #sweep = this.#entries.entries()

  set(key: string, value: Value): void {
    this.#entries.set(key, value)
    this.#sweepTwo()
  }

  /** Also finds what has expired, as long as it is remembered. */
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
      else if (next.value[1].expiresAt + remembered <= Date.now()) this.delete(next.value[0])
    }
  }
}
