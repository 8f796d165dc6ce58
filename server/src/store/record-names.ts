import { randomBytes } from 'node:crypto'
import { ConfigError } from '../config/reader.ts'
import { type KeyRing, mac, type MacKey, macKey, macKeyBytes } from '../secrets/key-ring.ts'
import { isSealedWithNewest, seal, SealBroken, unseal } from '../secrets/seal.ts'
import { recordKinds } from './record-kinds.ts'
import type { Store } from './store.ts'

const forever = Number.MAX_SAFE_INTEGER

/**
 * Names records by a keyed hash, which does not reveal the hashed id. The key lies in the store,
 * sealed, so that names stay the same when the secret is rotated.
 */
export class RecordNames {
  readonly #store: Store
  #text: string
  #key: MacKey

  /** @param text the key in base64 */
  private constructor(store: Store, text: string) {
    this.#store = store
    this.#text = text
    this.#key = keyOf(text)
  }

  /**
   * Proves that the secrets are those of the store, before anything else is written.
   * @param place names the store in the message of the error
   * @throws {ConfigError} when no secret of the ring opens the key
   */
  static async open(store: Store, ring: KeyRing, place: string): Promise<RecordNames> {
    await store.swap(
      recordKinds.namingKey,
      undefined,
      seal(ring, recordKinds.namingKey, newKey(), 'record'),
      forever,
    )
    try {
      const text = unseal(ring, recordKinds.namingKey, await readKey(store), 'record')
      const names = new RecordNames(store, text)
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

  /** True for a store that never held a record. */
  static async isNew(store: Store): Promise<boolean> {
    return (await store.get(recordKinds.namingKey)) === undefined
  }

  of(kind: string, id: string): string {
    return `${kind}:${mac(this.#key, id)}`
  }

  /**
   * Names records as all other processes do, also after the store has lost its records: it gets the key
   * back. If another process was first, that one's key counts.
   * @returns false when the store had lost the key
   * @throws {SealBroken} when none of the secrets opens the key
   */
  async follow(ring: KeyRing): Promise<boolean> {
    const kind = recordKinds.namingKey
    const sealed = await this.#store.get(kind)
    if (!sealed) {
      await this.#store.swap(kind, undefined, seal(ring, kind, this.#text, 'record'), forever)
      return false
    }
    const text = unseal(ring, kind, sealed, 'record')
    if (text === this.#text) return true
    this.#text = text
    this.#key = keyOf(text)
    return false
  }

  /**
   * Seals the key with the newest secret.
   * @throws {SealBroken} when none of the secrets opens the key
   */
  async reseal(ring: KeyRing): Promise<void> {
    const sealed = await readKey(this.#store)
    const key = unseal(ring, recordKinds.namingKey, sealed, 'record')
    if (isSealedWithNewest(ring, sealed)) return
    await this.#store.swap(
      recordKinds.namingKey,
      sealed,
      seal(ring, recordKinds.namingKey, key, 'record'),
      forever,
    )
  }
}

async function readKey(store: Store): Promise<Uint8Array> {
  return (await store.get(recordKinds.namingKey)) ?? new Uint8Array()
}

function keyOf(text: string): MacKey {
  return macKey(Buffer.from(text, 'base64'))
}

function newKey(): string {
  return randomBytes(macKeyBytes).toString('base64')
}
