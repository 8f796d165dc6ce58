import type { CryptoKey } from 'jose'
import { createSigningKey, type SigningKey } from './signing-key.ts'

/** The keys that sign tokens. Entra also publishes keys that sign no more, for the tokens that they signed. */
export class SigningKeys {
  #newest: SigningKey
  readonly #older: SigningKey[] = []

  private constructor(key: SigningKey) {
    this.#newest = key
  }

  static async create(): Promise<SigningKeys> {
    return new SigningKeys(await createSigningKey())
  }

  get newest(): SigningKey {
    return this.#newest
  }

  get published(): readonly SigningKey[] {
    return [this.#newest, ...this.#older]
  }

  async rotate(): Promise<void> {
    this.#older.unshift(this.#newest)
    this.#newest = await createSigningKey()
  }

  /** The key that verifies a token, by the token's header. @throws {Error} for an unknown `kid` */
  readonly verifying = ({ kid }: { kid?: string }): CryptoKey => {
    const key = this.published.find(({ publicJwk }) => publicJwk.kid === kid)
    if (!key) throw new Error(`no key has the name ${String(kid)}`)
    return key.publicKey
  }
}
