import type { KeyRing } from '../secrets/key-ring.ts'
import { isSealedWithNewest } from '../secrets/seal.ts'
import { sealRecord, unsealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'
import type { TokenCache } from '../entra/token-cache.ts'

/** A session's tokens as they lie in the store, apart from the session itself. */
export interface TokenRecord extends TokenCache {
  /** Milliseconds since the epoch: with the session's absolute expiry. */
  expiresAt: number
}

export interface StoredTokens {
  readonly record: TokenRecord
  /** A change is written only over these. */
  readonly bytes: Uint8Array
}

/** The token records, each under the key of its session. */
export class TokenRecords {
  readonly #store: Store
  readonly #ring: KeyRing

  constructor(store: Store, ring: KeyRing) {
    this.#store = store
    this.#ring = ring
  }

  async find(sessionKey: string): Promise<StoredTokens | undefined> {
    const key = nameOf(sessionKey)
    const bytes = await this.#store.get(key)
    return bytes && { bytes, record: unsealRecord(this.#ring, key, bytes) as TokenRecord }
  }

  async create(sessionKey: string, record: TokenRecord): Promise<void> {
    const key = nameOf(sessionKey)
    await this.#store.put(key, sealRecord(this.#ring, key, record), record.expiresAt)
  }

  /** @returns false when they were changed or erased since they were read: nothing is written */
  async replace(sessionKey: string, read: StoredTokens, record: TokenRecord): Promise<boolean> {
    const key = nameOf(sessionKey)
    const sealed = sealRecord(this.#ring, key, record)
    return this.#store.swap(key, read.bytes, sealed, record.expiresAt)
  }

  /** Seals it with the newest secret, if an older one did. */
  async reseal(sessionKey: string): Promise<void> {
    const read = await this.find(sessionKey)
    if (!read || isSealedWithNewest(this.#ring, read.bytes)) return
    await this.replace(sessionKey, read, read.record)
  }

  async erase(sessionKey: string): Promise<void> {
    await this.#store.delete(nameOf(sessionKey))
  }
}

function nameOf(sessionKey: string): string {
  return `tokens:${sessionKey}`
}
