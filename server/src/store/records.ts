import { deflateSync, inflateSync } from 'node:zlib'
import type { Static, TSchema } from 'typebox'
import { CacheCounts } from '../cache-counts.ts'
import { Failure } from '../failure.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { RingCache } from '../secrets/ring-cache.ts'
import { schemaCheck } from '../schema-check.ts'
import { isSealedWithNewest, seal, unsealBytes } from '../secrets/seal.ts'
import type { Vault } from './vault.ts'

/** A record as it was read. A change is written only over the same bytes. */
export interface StoredRecord<T> {
  readonly name: string
  readonly value: T
  readonly bytes: Uint8Array
}

interface RecordsOptions<Schema extends TSchema> {
  kind: string
  schema: Schema
  /** Most decrypted records in memory. If absent, no record stays in memory. */
  maxCached?: number
  /**
   * Compresses before encryption. The stored length then depends on the content. Use it only where an
   * attacker can choose no part of the content.
   */
  compressed?: boolean
}

/** The first byte of zlib's format (RFC 1950). No JSON begins with it. */
const zlibFirstByte = 0x78
/** Tokens are random for the most part, so a higher level gains nothing. */
const fastestLevel = { level: 1 }

/** The sealed records of one kind. The bytes of a record are bound to its name and checked by its schema. */
export class Records<Schema extends TSchema, T = Static<Schema>> {
  readonly #vault: Vault
  readonly #kind: string
  readonly #fits: (value: unknown) => value is T
  readonly #isCompressed: boolean
  readonly #decrypted: RingCache<StoredRecord<T>> | undefined
  /** A hit is a record that was decrypted before, and is unchanged. */
  readonly cacheCounts = new CacheCounts()

  constructor(
    vault: Vault,
    { kind, schema, maxCached, compressed = false }: RecordsOptions<Schema>,
  ) {
    this.#vault = vault
    this.#kind = kind
    this.#fits = schemaCheck(schema)
    this.#isCompressed = compressed
    this.#decrypted = maxCached === undefined ? undefined : new RingCache(vault.ring, maxCached)
  }

  /** The name of a record: its kind, and a keyed hash that does not tell the secret. */
  nameOf(secret: string): string {
    return this.#vault.names.of(this.#kind, secret)
  }

  /** The names of all records of this kind: for the operator's command, never for a request. */
  names(): AsyncIterable<string> {
    return this.#vault.store.names(`${this.#kind}:`)
  }

  /**
   * @returns undefined when the record is absent, or has another form than this build gives it
   * @throws {Failure} `store_unavailable` when no secret of this process opens the record: its owner
   * must not be told that the record is absent
   */
  read(name: string): MaybePromise<StoredRecord<T> | undefined> {
    const known = this.#decrypted?.get(name)
    const found = this.#vault.store.get(name, known?.bytes)
    return andThen(found, (bytes) => bytes && this.#open(name, bytes, known))
  }

  /** Like `read`, for a caller that a damaged record must not stop. */
  async inspect(name: string): Promise<StoredRecord<T> | 'absent' | 'unreadable'> {
    const known = this.#decrypted?.get(name)
    const bytes = await this.#vault.store.get(name, known?.bytes)
    if (!bytes) return 'absent'
    try {
      return this.#open(name, bytes, known) ?? 'unreadable'
    } catch {
      return 'unreadable'
    }
  }

  /**
   * Writes a record if the name is free.
   * @param expiresAt milliseconds since the epoch
   * @returns undefined when the name is taken
   */
  create(name: string, value: T, expiresAt: number): Promise<StoredRecord<T> | undefined> {
    return this.#swap(name, undefined, value, expiresAt)
  }

  /** @returns undefined when the record was changed or deleted since it was read */
  replace(
    { name, bytes }: StoredRecord<T>,
    value: T,
    expiresAt: number,
  ): Promise<StoredRecord<T> | undefined> {
    return this.#swap(name, bytes, value, expiresAt)
  }

  /** Writes a record, also over another record. */
  put(name: string, value: T, expiresAt: number): Promise<void> {
    return this.#vault.store.put(name, this.#seal(name, value), expiresAt)
  }

  delete(name: string): Promise<void> {
    return this.#vault.store.delete(name)
  }

  /** False after a rotation of the secret, until the record is written again. */
  isSealedWithNewest({ bytes }: StoredRecord<T>): boolean {
    return isSealedWithNewest(this.#vault.ring, bytes)
  }

  async #swap(name: string, previous: Uint8Array | undefined, value: T, expiresAt: number) {
    const bytes = this.#seal(name, value)
    const isWritten = await this.#vault.store.swap(name, previous, bytes, expiresAt)
    return isWritten ? { name, value, bytes } : undefined
  }

  #seal(name: string, value: T): Buffer {
    const text = JSON.stringify(value)
    return seal(
      this.#vault.ring,
      name,
      this.#isCompressed ? deflateSync(text, fastestLevel) : text,
      'record',
    )
  }

  /** @param known the record that was decrypted before: it serves while its bytes are the same */
  #open(
    name: string,
    bytes: Uint8Array,
    known: StoredRecord<T> | undefined,
  ): StoredRecord<T> | undefined {
    if (known?.bytes === bytes) {
      this.cacheCounts.hits += 1
      return known
    }
    this.cacheCounts.misses += 1
    const value = this.#unseal(name, bytes)
    if (!this.#fits(value)) {
      this.#vault.onUnknownFormat(this.#kind)
      return undefined
    }
    const stored = { name, value, bytes }
    this.#decrypted?.set(name, stored)
    return stored
  }

  #unseal(name: string, bytes: Uint8Array): unknown {
    try {
      const content = unsealBytes(this.#vault.ring, name, bytes, 'record')
      const text = content[0] === zlibFirstByte ? inflateSync(content) : content
      return JSON.parse(text.toString('utf8'))
    } catch (cause) {
      throw new Failure('store_unavailable', 'a stored record cannot be decrypted', { cause })
    }
  }
}
