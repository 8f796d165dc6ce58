import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyRing, Keys } from './key-ring.ts'

const algorithm = 'aes-256-gcm'
/** What is sealed. Each use has its own key and its own first byte. */
export type Use = 'cookie' | 'record'
const formats: Readonly<Record<Use, number>> = { cookie: 1, record: 2 }
/** Records were sealed with the key and the first byte of cookies before they had their own. */
const earlierRecord = formats.cookie
const lengths = { format: 1, keyId: 4, nonce: 12, tag: 16 }
const headLength = lengths.format + lengths.keyId + lengths.nonce

/** Sealed bytes that no key of the ring opens: altered, cut off, moved, or sealed with another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/**
 * Encrypts and authenticates a text (AES-256-GCM, random 96-bit nonce).
 * @param context what and whose it is; the same must be given to open it
 */
export function seal(ring: KeyRing, context: string, text: string, use: Use = 'cookie'): Buffer {
  const keys = ring.newest
  const nonce = randomBytes(lengths.nonce)
  const cipher = createCipheriv(algorithm, keys.sealing[use], nonce)
  cipher.setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(formats[use]), keys.id, nonce, body, cipher.getAuthTag()])
}

/** Whether the newest key for records sealed it. If not, it is sealed again. */
export function isSealedWithNewest(ring: KeyRing, sealed: Uint8Array): boolean {
  return sealed[0] === formats.record && isSealedWith(ring.newest, sealed)
}

function isSealedWith(keys: Keys, sealed: Uint8Array): boolean {
  return keys.id.equals(sealed.subarray(lengths.format, lengths.format + lengths.keyId))
}

/** @throws {SealBroken} */
export function unseal(
  ring: KeyRing,
  context: string,
  sealed: Uint8Array,
  use: Use = 'cookie',
): string {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const key = keyFor(ring, bytes, use)
  try {
    const nonce = bytes.subarray(lengths.format + lengths.keyId, headLength)
    const decipher = createDecipheriv(algorithm, key, nonce)
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(-lengths.tag))
    const body = bytes.subarray(headLength, -lengths.tag)
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new SealBroken('altered, or sealed for another place', { cause })
  }
}

function keyFor(ring: KeyRing, bytes: Buffer, use: Use): Buffer {
  const isEarlier = use === 'record' && bytes[0] === earlierRecord
  const isKnown = isEarlier || bytes[0] === formats[use]
  if (bytes.length < headLength + lengths.tag || !isKnown) throw new SealBroken('not sealed bytes')
  const keys = ring.all.find((candidate) => isSealedWith(candidate, bytes))
  if (!keys) throw new SealBroken('sealed with a key that is not in the ring')
  return keys.sealing[isEarlier ? 'cookie' : use]
}
