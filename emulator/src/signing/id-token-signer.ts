import { generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose'
import type { SigningKey } from './signing-key.ts'

export type IdTokenClaims = JWTPayload & Record<string, unknown>
/** Returns other claims, or changes those it is given. */
export type ChangeClaims = (claims: IdTokenClaims) => unknown

/** The claims as `change` returns them, or as it left them when it returns nothing. */
function changedClaims(claims: IdTokenClaims, change: ChangeClaims | undefined): IdTokenClaims {
  const returned = change?.(claims)
  return typeof returned === 'object' && returned !== null ? { ...returned } : claims
}

export interface TamperOptions {
  /** `none`, an HMAC algorithm (keyed with the client id), or an RSA one. */
  alg?: string
  /** Signs with a key that is not in the keys document, under the `kid` of one that is. */
  otherKey?: boolean
}

interface Tampering extends TamperOptions {
  change: ChangeClaims
}

/** Signs ID tokens, and spoils the next ones as a test planned it. */
export class IdTokenSigner {
  readonly #key: SigningKey
  readonly #planned: Tampering[] = []

  constructor(key: SigningKey) {
    this.#key = key
  }

  tamperNext(change: ChangeClaims, options: TamperOptions): void {
    this.#planned.push({ change, ...options })
  }

  async sign(claims: IdTokenClaims, clientId: string): Promise<string> {
    const tampering = this.#planned.shift()
    const changed = changedClaims(claims, tampering?.change)
    const alg = tampering?.alg ?? 'RS256'
    if (alg === 'none') return new UnsecuredJWT(changed).encode()
    const { kid } = this.#key.publicJwk
    const key = await this.#keyFor(alg, clientId, tampering?.otherKey === true)
    return new SignJWT(changed).setProtectedHeader({ typ: 'JWT', alg, kid }).sign(key)
  }

  async #keyFor(alg: string, clientId: string, other: boolean): Promise<CryptoKey | Uint8Array> {
    if (alg.startsWith('HS')) return new TextEncoder().encode(clientId.padEnd(64, '.'))
    if (other || alg !== 'RS256') return (await generateKeyPair(alg)).privateKey
    return this.#key.privateKey
  }
}
