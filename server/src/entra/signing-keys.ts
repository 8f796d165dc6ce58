import { type CryptoKey, importJWK } from 'jose'
import type { EntraFailure } from './failures.ts'
import { FetchedDocument } from './fetched-document.ts'
import type { EntraHttp } from './http.ts'

/** A key that verifies ID tokens. */
export interface SigningKey {
  key: CryptoKey
  /** The issuer that may use the key. `{tenantid}` stands for every tenant. */
  issuer: string | undefined
}

const freshForMs = 24 * 60 * 60_000
/** Unknown keys cause at most one fetch in this time. */
const unknownKeyPauseMs = 30_000
/** RFC 7518 section 3.3: RS256 requires keys of this size or larger. */
const smallestKeyBits = 2_048

/**
 * Finds a key by the `kid` of a token.
 * @param uri the `jwks_uri` of the authority
 * @returns undefined when Entra publishes no usable key of that name
 * @throws {EntraFailure} `unavailable`
 */
export type FindSigningKey = (uri: string, keyId: string) => Promise<SigningKey | undefined>

/**
 * The keys are fetched once a day, and when a token names an unknown key.
 * @param onStale called when keys cannot be fetched and the old ones stay in use
 */
export function signingKeyFinder(
  http: EntraHttp,
  onStale: (failure: EntraFailure) => void,
): FindSigningKey {
  const document = new FetchedDocument(async (uri) => {
    return usableKeys((await http.getJson(uri))['keys'])
  }, onStale)
  return async (uri, keyId) => {
    const keys = await document.readAtOnce(uri, freshForMs)
    return keys.get(keyId) ?? (await document.read(uri, unknownKeyPauseMs)).get(keyId)
  }
}

/** @throws {Error} when no key is usable, so that an unusable set does not replace a good set */
async function usableKeys(set: unknown): Promise<ReadonlyMap<string, SigningKey>> {
  if (!Array.isArray(set)) throw new Error('the document holds no list of keys')
  const imported = await Promise.all(set.map(importKey))
  const keys = new Map(imported.filter((entry) => entry !== undefined))
  if (keys.size === 0) throw new Error('no key in the document is usable')
  return keys
}

/** @returns undefined for anything that is not a public key for RS256 (RFC 7517) */
async function importKey(value: unknown): Promise<[string, SigningKey] | undefined> {
  if (typeof value !== 'object' || value === null) return undefined
  const { kty, kid, n, e, use, issuer } = value as Record<string, unknown>
  if (kty !== 'RSA' || (use !== undefined && use !== 'sig')) return undefined
  if (typeof kid !== 'string' || typeof n !== 'string' || typeof e !== 'string') return undefined
  if (issuer !== undefined && typeof issuer !== 'string') return undefined
  try {
    const key = await importJWK({ kty, n, e }, 'RS256')
    return isLargeEnough(key) ? [kid, { key, issuer }] : undefined
  } catch {
    return undefined
  }
}

function isLargeEnough(key: CryptoKey | Uint8Array): key is CryptoKey {
  if (key instanceof Uint8Array) return false
  return Number((key.algorithm as { modulusLength?: number }).modulusLength) >= smallestKeyBits
}
