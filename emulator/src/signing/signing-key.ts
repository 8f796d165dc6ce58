import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose'

/** The key that signs everything, and its public half as the keys document shows it. */
export interface SigningKey {
  privateKey: CryptoKey
  publicKey: CryptoKey
  privateJwk: JWK & { kid: string }
  publicJwk: JWK & { kid: string }
}

export async function createSigningKey(): Promise<SigningKey> {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  const kid = createHash('sha1')
    .update(jwk.n ?? '')
    .digest('base64url')
  const labels = { kid, x5t: kid, use: 'sig' }
  return {
    ...pair,
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...labels, alg: 'RS256' },
    publicJwk: { ...jwk, ...labels },
  }
}
