import { generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose'
import type { SigningKeys } from './signing-keys.ts'
import { changedClaims, type IdTokenClaims, type Tampering } from './tampering.ts'

/** Signs ID tokens. A test can have the next ID tokens tampered with. */
export class IdTokenSigner {
  readonly #keys: SigningKeys
  readonly #planned: Tampering[] = []

  constructor(keys: SigningKeys) {
    this.#keys = keys
  }

  tamperNext(tampering: Tampering): void {
    this.#planned.push(tampering)
  }

  async sign(claims: IdTokenClaims, clientId: string): Promise<string> {
    const tampering = this.#planned.shift()
    const changed = tampering ? changedClaims(claims, tampering.change) : claims
    const alg = tampering?.alg ?? 'RS256'
    if (alg === 'none') return new UnsecuredJWT(changed).encode()
    const { kid } = this.#keys.newest.publicJwk
    const key = await this.#keyFor(alg, clientId, tampering?.otherKey === true)
    return new SignJWT(changed).setProtectedHeader({ typ: 'JWT', alg, kid }).sign(key)
  }

  async #keyFor(alg: string, clientId: string, other: boolean): Promise<CryptoKey | Uint8Array> {
    if (alg.startsWith('HS')) return new TextEncoder().encode(clientId.padEnd(64, '.'))
    if (other || alg !== 'RS256') return (await generateKeyPair(alg)).privateKey
    return this.#keys.newest.privateKey
  }
}
