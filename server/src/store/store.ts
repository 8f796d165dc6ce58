/**
 * Where records live: bytes under a name until a time. Every way in is atomic, also between
 * processes that share the store. Values arrive already encrypted.
 *
 * Implementations throw whatever their library throws; `openStore` puts a deadline and one typed
 * failure around each of them.
 */
export interface Store {
  get(key: string): Promise<Uint8Array | undefined>

  /** @param expiresAt milliseconds since the epoch; gone afterwards */
  put(key: string, value: Uint8Array, expiresAt: number): Promise<void>

  /**
   * Writes only if the stored bytes are still `previous` (`undefined`: only if there are none).
   * @returns whether it was written
   */
  swap(
    key: string,
    previous: Uint8Array | undefined,
    next: Uint8Array,
    expiresAt: number,
  ): Promise<boolean>

  delete(key: string): Promise<void>

  /** Names of all living records that begin so: for the operator's command, never for a request. */
  keys(prefix: string): AsyncIterable<string>

  close(): Promise<void>
}

const nothing = new Uint8Array()

/**
 * Takes a name that can be taken once.
 * @returns false when somebody took it before
 */
export function claim(store: Store, key: string, expiresAt: number): Promise<boolean> {
  return store.swap(key, undefined, nothing, expiresAt)
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(a, b) === 0
}
