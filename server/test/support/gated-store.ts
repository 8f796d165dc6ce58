import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

/** A real store that can pause before it writes or reads the next session. */
export class GatedStore implements Store {
  readonly #store = openMemoryStore()
  #reached: (() => void) | undefined
  #readReached: (() => void) | undefined
  #gate: Promise<void> | undefined
  release: () => void = () => undefined

  /** @returns a promise that resolves when a session is about to be written */
  holdNextSession(): Promise<void> {
    this.#gate = new Promise((resolve) => (this.release = resolve))
    return new Promise((resolve) => (this.#reached = resolve))
  }

  /** @returns a promise that resolves when a session is about to be read */
  holdNextRead(): Promise<void> {
    this.#gate = new Promise((resolve) => (this.release = resolve))
    return new Promise((resolve) => (this.#readReached = resolve))
  }

  async swap(name: string, previous: Uint8Array | undefined, next: Uint8Array, expiresAt: number) {
    if (this.#reached && name.startsWith('session:') && previous === undefined) {
      this.#reached()
      this.#reached = undefined
      await this.#gate
    }
    return this.#store.swap(name, previous, next, expiresAt)
  }

  async get(name: string) {
    if (this.#readReached && name.startsWith('session:')) {
      this.#readReached()
      this.#readReached = undefined
      await this.#gate
    }
    return this.#store.get(name)
  }

  put(name: string, value: Uint8Array, expiresAt: number) {
    return this.#store.put(name, value, expiresAt)
  }

  delete(name: string) {
    return this.#store.delete(name)
  }

  names(prefix: string) {
    return this.#store.names(prefix)
  }

  close() {
    return this.#store.close()
  }
}
