import { hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The session secrets, newest first, each of 32 characters or more. */
export type Secrets = readonly [string, ...string[]]

export const keyIdBytes = 4
const aesKeyBytes = 32

/** The keys derived from one secret, each for one purpose. */
export interface Keys {
  /** Stands in sealed bytes and says which secret sealed the bytes, without revealing the secret. */
  readonly id: Buffer
  /** Keys for AES-256-GCM. */
  readonly sealing: { readonly cookie: Buffer; readonly record: Buffer }
  /** Key that signs session cookies. */
  readonly signing: MacKey
}

export interface MacKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** The keys in use. The keys of the newest secret seal and sign. All keys open and verify. */
export class KeyRing {
  #keys: readonly [Keys, ...Keys[]]

  constructor(secrets: Secrets) {
    this.#keys = derive(secrets)
  }

  get newest(): Keys {
    return this.#keys[0]
  }

  get all(): readonly Keys[] {
    return this.#keys
  }

  /** Rotates: from now on only the keys of these secrets are in use. */
  replace(secrets: Secrets): void {
    this.#keys = derive(secrets)
  }
}

function derive([newest, ...older]: Secrets): readonly [Keys, ...Keys[]] {
  return [deriveKeys(newest), ...older.map(deriveKeys)]
}

function deriveKeys(secret: string): Keys {
  const derived = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'entra-bff', purpose, bytes))
  return {
    id: derived('key id', keyIdBytes),
    sealing: {
      cookie: derived('sealing', aesKeyBytes),
      record: derived('sealing records', aesKeyBytes),
    },
    signing: macKey(derived('signing', macKeyBytes)),
  }
}

/** The block size of SHA-256. HMAC takes a key of this size as it is (RFC 2104 section 2). */
export const macKeyBytes = 64

/**
 * @param key a key of `macKeyBytes` bytes
 * @throws {RangeError} for any other length: `mac` would not be an HMAC
 */
export function macKey(key: Buffer): MacKey {
  if (key.length !== macKeyBytes) {
    throw new RangeError(`a key has ${String(key.length)} bytes instead of ${String(macKeyBytes)}`)
  }
  const pad = (byte: number) => Buffer.from(key.map((value) => value ^ byte))
  return { inner: pad(0x36), outer: pad(0x5c) }
}

/**
 * HMAC-SHA256 (RFC 2104) from two one-shot hashes, in base64url. It runs on every request, and
 * `createHmac` would take several times as long, because of the object that it creates.
 */
export function mac(key: MacKey, text: string): string {
  const inner = hash('sha256', Buffer.concat([key.inner, Buffer.from(text)]), 'buffer')
  return hash('sha256', Buffer.concat([key.outer, inner]), 'base64url')
}

/** Compares texts in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
