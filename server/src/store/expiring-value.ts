const expiryBytes = 8

/** The bytes of a record in a store: the expiry, then the value. */
export function withExpiry(value: Uint8Array, expiresAt: number): Buffer {
  const bytes = Buffer.alloc(expiryBytes + value.length)
  bytes.writeDoubleBE(expiresAt)
  bytes.set(value, expiryBytes)
  return bytes
}

/** Milliseconds since the epoch. */
export function expiryOf(stored: Buffer): number {
  return stored.readDoubleBE(0)
}

/**
 * @param known a value that was read before
 * @returns `known` if the value is the same, else a copy; undefined when it has expired
 */
export function livingValue(
  stored: Buffer | null | undefined,
  now: number,
  known?: Uint8Array,
): Uint8Array | undefined {
  if (!stored || expiryOf(stored) <= now) return undefined
  if (known && holds(stored, known)) return known
  return new Uint8Array(stored.subarray(expiryBytes, stored.length))
}

function holds(stored: Buffer, value: Uint8Array): boolean {
  const { length } = stored
  if (length !== expiryBytes + value.length) return false
  return stored.compare(value, 0, value.length, expiryBytes, length) === 0
}
