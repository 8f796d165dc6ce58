import { randomBytes } from 'node:crypto'
import { ConfigError } from '../config/reader.ts'
import { type KeyRing, mac, type MacKey, macKey, macKeyBytes } from '../secrets/key-ring.ts'
import { isSealedWithNewest, seal, SealBroken, unseal } from '../secrets/seal.ts'
import type { Store } from './store.ts'

const keyRecord = 'naming-key'
const forever = Number.MAX_SAFE_INTEGER

/**
 * Names of records that tell nothing of what they are named after: keyed hashes. The key belongs
 * to the store and lies in it, sealed, so that names stay the same when the secret is rotated.
 */
export class RecordNames {
  readonly #store: Store
  readonly #key: MacKey

  private constructor(store: Store, key: MacKey) {
    this.#store = store
    this.#key = key
  }

  /**
   * Whoever has the wrong secret learns it here, before anything is written.
   * @param place of the store, for the message
   * @throws {ConfigError} when no secret of the ring opens the store's key
   */
  static async open(store: Store, ring: KeyRing, place: string): Promise<RecordNames> {
    await store.swap(keyRecord, undefined, seal(ring, keyRecord, newKey(), 'record'), forever)
    try {
      const key = unseal(ring, keyRecord, await readKey(store), 'record')
      const names = new RecordNames(store, macKey(Buffer.from(key, 'base64')))
      await names.reseal(ring)
      return names
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error
      throw new ConfigError([
        `SESSION_SECRET does not open the sessions in ${place}. If it was changed, put the old one`,
        'behind the new one, separated by a comma: everybody stays signed in. If it was made by the',
        'server, restore the file session-secret. To end all sessions instead, delete the store.',
      ])
    }
  }

  /** Whether nothing was ever kept there. */
  static async isNew(store: Store): Promise<boolean> {
    return (await store.get(keyRecord)) === undefined
  }

  of(kind: string, secret: string): string {
    return `${kind}:${mac(this.#key, secret)}`
  }

  /**
   * Before and after a rotation: seals the key with the newest secret.
   * @throws {SealBroken} when none of the secrets opens it
   */
  async reseal(ring: KeyRing): Promise<void> {
    const sealed = await readKey(this.#store)
    const key = unseal(ring, keyRecord, sealed, 'record')
    if (isSealedWithNewest(ring, sealed)) return
    await this.#store.swap(keyRecord, sealed, seal(ring, keyRecord, key, 'record'), forever)
  }
}

async function readKey(store: Store): Promise<Uint8Array> {
  return (await store.get(keyRecord)) ?? new Uint8Array()
}

function newKey(): string {
  return randomBytes(macKeyBytes).toString('base64')
}
