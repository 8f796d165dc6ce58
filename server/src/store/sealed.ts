import { Failure } from '../failure.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { seal, unseal } from '../secrets/seal.ts'

/** A record as it lies in the store: encrypted, and bound to its own name. */
export function sealRecord(ring: KeyRing, key: string, record: object): Buffer {
  return seal(ring, key, JSON.stringify(record), 'record')
}

/**
 * @throws {Failure} `store_unavailable`: nobody is told that a record they have is not there, only
 * because this process lacks the key to it
 */
export function unsealRecord(ring: KeyRing, key: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(unseal(ring, key, bytes, 'record'))
  } catch (cause) {
    throw new Failure('store_unavailable', 'a stored record cannot be decrypted', { cause })
  }
}
