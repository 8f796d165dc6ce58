import { hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Newest first, each of 32 characters or more. */
export type Secrets = readonly [string, ...string[]]

/** The keys derived from one secret, each for one purpose. */
export interface Keys {
  /** Names the secret inside sealed bytes without telling it: 4 bytes. */
  readonly id: Buffer
  /** AES-256-GCM keys: for cookies, and for records of the store. */
  readonly sealing: { readonly cookie: Buffer; readonly record: Buffer }
  /** Signs session cookies. */
  readonly signing: MacKey
}

export interface MacKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** The keys in use: the newest seals and signs, all of them open and verify. */
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

  /** A rotation: from now on these secrets count, and no others. */
  replace(secrets: Secrets): void {
    this.#keys = derive(secrets)
  }
}

function derive([newest, ...older]: Secrets): readonly [Keys, ...Keys[]] {
  return [deriveKeys(newest), ...older.map(deriveKeys)]
}

function deriveKeys(secret: string): Keys {
  const derived = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'entra-bff', purpose, length))
  return {
    id: derived('key id', 4),
    sealing: { cookie: derived('sealing', 32), record: derived('sealing records', 32) },
    signing: macKey(derived('signing', macKeyBytes)),
  }
}

/** A block of SHA-256: a key of this length needs no padding of its own. */
export const macKeyBytes = 64

/**
 * @param key of `macKeyBytes`
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
 * HMAC-SHA256 (RFC 2104) of two one-shot hashes. `createHmac` makes an object that the garbage
 * collector pays for, several times the cost of this, and this runs on every request.
 */
export function mac(key: MacKey, text: string): string {
  const inner = hash('sha256', Buffer.concat([key.inner, Buffer.from(text)]), 'buffer')
  return hash('sha256', Buffer.concat([key.outer, inner]), 'base64url')
}

/** Compares in a time that does not depend on where the texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
