import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'

/** The key that signs every token, and its public half as the keys document has it. */
export interface SigningKey {
  privateKey: CryptoKey
  publicKey: CryptoKey
  publicJwk: JWK & { kid: string }
}

export async function createSigningKey(): Promise<SigningKey> {
  const pair = await generateKeyPair('RS256')
  const jwk = await exportJWK(pair.publicKey)
  const kid = createHash('sha1')
    .update(jwk.n ?? '')
    .digest('base64url')
  return { ...pair, publicJwk: { ...jwk, kid, x5t: kid, use: 'sig' } }
}
