import type { MaybePromise } from '../maybe-promise.ts'
import type { Announcements } from './announcements.ts'

/**
 * Keeps bytes under a name until a time. Each call is atomic, also between processes that share the
 * store. `Records` encrypts the bytes before they come here.
 *
 * An implementation throws the errors of its library; `withDeadline` turns them into one `Failure`.
 */
export interface Store {
  /**
   * A store in this process answers at once, another one by a promise. Await both.
   * @param known bytes that the store gave before; `get` may return this object again while the stored
   * bytes are the same
   */
  get(name: string, known?: Uint8Array): MaybePromise<Uint8Array | undefined>

  /** @param expiresAt milliseconds since the epoch; the record is absent from then on */
  put(name: string, value: Uint8Array, expiresAt: number): Promise<void>

  /**
   * Writes only if the stored bytes are still `previous` (`undefined`: only if there are none).
   * @returns whether it was written
   */
  swap(
    name: string,
    previous: Uint8Array | undefined,
    next: Uint8Array,
    expiresAt: number,
  ): Promise<boolean>

  delete(name: string): Promise<void>

  /**
   * Adds one to a count that all servers of the store share. It begins anew `windowMs` after its first.
   * Absent in a store of one machine, where each process counts in its memory.
   */
  readonly count?: (name: string, windowMs: number) => Promise<Count>

  /** The names of all records that begin with the prefix: for the operator's command, never for a request. */
  names(prefix: string): AsyncIterable<string>

  close(): Promise<void>

  /** Absent where processes cannot tell each other anything: they look at intervals. */
  readonly announcements?: Announcements
}

/** A count, this time included, and the time until it begins anew. */
export interface Count {
  count: number
  leftMs: number
}

const nothing = new Uint8Array()

/**
 * Takes a name that can be taken once.
 * @returns false when the name was taken before
 */
export function takeOnce(store: Store, name: string, expiresAt: number): Promise<boolean> {
  return store.swap(name, undefined, nothing, expiresAt)
}

export function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(a, b) === 0
}
