import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

/** A real store that can pause before it writes the next session. */
export class GatedStore implements Store {
  readonly #store = openMemoryStore()
  #reached: (() => void) | undefined
  #gate: Promise<void> | undefined
  release: () => void = () => undefined

  /** @returns a promise that resolves when a session is about to be written */
  holdNextSession(): Promise<void> {
    this.#gate = new Promise((resolve) => (this.release = resolve))
    return new Promise((resolve) => (this.#reached = resolve))
  }

  async swap(key: string, previous: Uint8Array | undefined, next: Uint8Array, expiresAt: number) {
    if (this.#reached && key.startsWith('session:') && previous === undefined) {
      this.#reached()
      this.#reached = undefined
      await this.#gate
    }
    return this.#store.swap(key, previous, next, expiresAt)
  }

  get(key: string) {
    return this.#store.get(key)
  }

  put(key: string, value: Uint8Array, expiresAt: number) {
    return this.#store.put(key, value, expiresAt)
  }

  delete(key: string) {
    return this.#store.delete(key)
  }

  keys(prefix: string) {
    return this.#store.keys(prefix)
  }

  close() {
    return this.#store.close()
  }
}
