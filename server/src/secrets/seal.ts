import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { keyIdBytes, type KeyRing, type Keys } from './key-ring.ts'

const algorithm = 'aes-256-gcm'
/** Where sealed bytes are kept. Each place has its own key and its own first byte. */
export type Use = 'cookie' | 'record'
const firstBytes: Readonly<Record<Use, number>> = { cookie: 1, record: 2 }
/** Older builds sealed records with the key and the first byte of cookies. */
const oldRecordByte = firstBytes.cookie
const nonceAt = 1 + keyIdBytes
const nonceBytes = 12
const tagBytes = 16
const headBytes = nonceAt + nonceBytes

/** The error for sealed bytes that were altered, cut off or moved, or whose key is not in the ring. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/**
 * Encrypts and authenticates a content (AES-256-GCM, random 96-bit nonce).
 * @param context what the text belongs to, such as the name of its record; `unseal` needs the same context
 */
export function seal(
  ring: KeyRing,
  context: string,
  content: string | Uint8Array,
  use: Use = 'cookie',
): Buffer {
  const keys = ring.newest
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, keys.sealing[use], nonce)
  cipher.setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([Buffer.of(firstBytes[use]), keys.id, nonce, body, cipher.getAuthTag()])
}

/** True when a record is sealed with the newest key. Other records should be sealed again. */
export function isSealedWithNewest(ring: KeyRing, sealed: Uint8Array): boolean {
  return sealed[0] === firstBytes.record && isSealedWith(ring.newest, sealed)
}

function isSealedWith(keys: Keys, sealed: Uint8Array): boolean {
  return keys.id.equals(sealed.subarray(1, nonceAt))
}

/** @returns the text that was sealed @throws {SealBroken} */
export function unseal(
  ring: KeyRing,
  context: string,
  sealed: Uint8Array,
  use: Use = 'cookie',
): string {
  return unsealBytes(ring, context, sealed, use).toString('utf8')
}

/** @throws {SealBroken} */
export function unsealBytes(ring: KeyRing, context: string, sealed: Uint8Array, use: Use): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const key = keyFor(ring, bytes, use)
  try {
    const nonce = bytes.subarray(nonceAt, headBytes)
    const decipher = createDecipheriv(algorithm, key, nonce)
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const body = bytes.subarray(headBytes, -tagBytes)
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch (cause) {
    throw new SealBroken('altered, or sealed for another place', { cause })
  }
}

function keyFor(ring: KeyRing, bytes: Buffer, use: Use): Buffer {
  const isOldRecord = use === 'record' && bytes[0] === oldRecordByte
  const isKnown = isOldRecord || bytes[0] === firstBytes[use]
  if (bytes.length < headBytes + tagBytes || !isKnown) throw new SealBroken('not sealed bytes')
  const keys = ring.all.find((candidate) => isSealedWith(candidate, bytes))
  if (!keys) throw new SealBroken('sealed with a key that is not in the ring')
  return keys.sealing[isOldRecord ? 'cookie' : use]
}
