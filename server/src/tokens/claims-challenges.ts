import type { KeyRing } from '../secrets/key-ring.ts'
import type { RecordNames } from '../store/record-names.ts'
import { sealRecord, unsealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'

const kind = 'claims'
const prefix = `${kind}:`
const lifetime = 10 * 60_000

/**
 * What a later sign-in must fulfil, kept under a name that tells nothing: the claims come from Entra
 * or an API, and no browser can put in others.
 */
export class ClaimsNotes {
  readonly #store: Store
  readonly #ring: KeyRing
  readonly #names: RecordNames

  constructor(store: Store, ring: KeyRing, names: RecordNames) {
    this.#store = store
    this.#ring = ring
    this.#names = names
  }

  /**
   * The same claims for the same session are one note, however often they are asked for.
   * @returns its name, for ten minutes
   */
  async keep(sessionKey: string, claims: string): Promise<string> {
    const key = this.#names.of(kind, `${sessionKey} ${claims}`)
    await this.#store.put(key, sealRecord(this.#ring, key, { claims }), Date.now() + lifetime)
    return key.slice(prefix.length)
  }

  async find(handle: string): Promise<string | undefined> {
    const key = prefix + handle
    const bytes = await this.#store.get(key)
    return bytes && (unsealRecord(this.#ring, key, bytes) as { claims: string }).claims
  }
}
