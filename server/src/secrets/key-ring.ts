import { hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The keys derived from one secret, each for one purpose. */
export interface Keys {
  /** Names the secret inside sealed bytes without telling it: 4 bytes. */
  readonly id: Buffer
  /** AES-256-GCM key. */
  readonly sealing: Buffer
  /** Signs session cookies. */
  readonly signing: MacKey
  /** Turns a session id into the name of its record. */
  readonly naming: MacKey
}

/** Newest first; the newest seals and signs, all of them open and verify. */
export type KeyRing = readonly [Keys, ...Keys[]]

interface MacKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** @param secrets newest first, at least one, each of 32 characters or more */
export function createKeyRing(secrets: readonly [string, ...string[]]): KeyRing {
  const [newest, ...older] = secrets
  return [deriveKeys(newest), ...older.map(deriveKeys)]
}

function deriveKeys(secret: string): Keys {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'entra-bff', purpose, length))
  return {
    id: derive('key id', 4),
    sealing: derive('sealing', 32),
    signing: macKey(derive('signing', 64)),
    naming: macKey(derive('naming', 64)),
  }
}

/** @param key as long as a block of SHA-256, 64 bytes: so it needs no padding of its own */
function macKey(key: Buffer): MacKey {
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
