import { expect } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

type Call = 'get' | 'put' | 'swap' | 'delete'
export type Trouble = (own: () => unknown) => Promise<unknown>

export const reads: readonly Call[] = ['get']
export const writes: readonly Call[] = ['put', 'swap', 'delete']
/** A real store whose calls can be made to fail. */
export class TroubledStore implements Store {
  readonly #store = openMemoryStore()
  readonly #troubles = new Map<Call, Trouble>()
  /** Number of calls that were made to fail. */
  asked = 0

  trouble(calls: readonly Call[], trouble: Trouble): void {
    for (const call of calls) this.#troubles.set(call, trouble)
  }

  heal(): void {
    this.#troubles.clear()
  }

  get(name: string) {
    return this.#through('get', () => this.#store.get(name))
  }

  put(name: string, value: Uint8Array, expiresAt: number) {
    return this.#through('put', () => this.#store.put(name, value, expiresAt))
  }

  swap(name: string, previous: Uint8Array | undefined, next: Uint8Array, expiresAt: number) {
    return this.#through('swap', () => this.#store.swap(name, previous, next, expiresAt))
  }

  delete(name: string) {
    return this.#through('delete', () => this.#store.delete(name))
  }

  names(prefix: string) {
    return this.#store.names(prefix)
  }

  close() {
    return this.#store.close()
  }

  #through<T>(call: Call, own: () => T): T {
    const trouble = this.#troubles.get(call)
    if (!trouble) return own()
    this.asked += 1
    return trouble(own) as T
  }
}

export const detail = 'MDB_PANIC at /var/secret/place'

export const troubles: Record<string, Trouble> = {
  'fails at once': () => Promise.reject(new Error(detail)),
  'throws before it promises': () => {
    throw new Error(detail)
  },
  'never answers': () => new Promise(() => undefined),
  'answers after three seconds': async (own) => {
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    return own()
  },
}

/** How a damaged store changes the bytes of a record. */
export const damaged: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'no bytes': () => new Uint8Array(),
  'other bytes': (bytes) => bytes.map((byte) => byte ^ 255),
  'half of the bytes': (bytes) => bytes.subarray(0, bytes.length / 2),
  'one other bit': (bytes) => bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
}

/** Expects a 503 that says nothing of the store, and nothing of whether somebody is signed in. */
export function expectUnavailable(answer: { status: number; text: string; headers: object }): void {
  expect(answer.status).toBe(503)
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'store_unavailable' })
  expect(answer.text).not.toContain('MDB')
  expect(answer.text).not.toContain('authenticated')
  expect(answer.headers).not.toHaveProperty('set-cookie')
  expect(answer.headers).not.toHaveProperty('clear-site-data')
}
