import { BoundedMap } from '../bounded-map.ts'
import { type KeyRing, mac } from '../secrets/key-ring.ts'
import { sealRecord, unsealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'
import { verifySessionId } from './cookie.ts'
import { absoluteExpiry, endOf, type Lifetimes, remembrance } from './lifetimes.ts'
import {
  type EndReason,
  isTombstone,
  type SessionRecord,
  type StoredSession,
  tombstone,
} from './record.ts'

/** A session that lives. `key` names it inside the server; it does not tell the cookie. */
export interface LiveSession {
  readonly key: string
  readonly record: SessionRecord
  /** The stored bytes it was read from: a change is written only over these. */
  readonly bytes: Uint8Array
}

export type SessionLookup =
  { kind: 'live'; session: LiveSession } | { kind: 'ended'; reason: EndReason } | { kind: 'none' }

interface OpenedSession {
  bytes: Uint8Array
  stored: StoredSession
}

const touchEvery = 60_000

/** Every way to read, begin, keep alive and end a session. */
export class Sessions {
  readonly #store: Store
  readonly #ring: KeyRing
  readonly #lifetimes: Lifetimes
  readonly #eraseTokens: (key: string) => Promise<void>
  /** What this process decrypted last, by key; the store's bytes stay the source of truth. */
  readonly #opened = new BoundedMap<string, OpenedSession>(10_000)

  /** @param eraseTokens called when a session has ended, with its key */
  constructor(
    store: Store,
    ring: KeyRing,
    lifetimes: Lifetimes,
    eraseTokens: (key: string) => Promise<void>,
  ) {
    this.#store = store
    this.#eraseTokens = eraseTokens
    this.#ring = ring
    this.#lifetimes = lifetimes
  }

  /** One look-up in the store; writes nothing. */
  async find(cookie: string | undefined): Promise<SessionLookup> {
    const id = cookie === undefined ? undefined : verifySessionId(this.#ring, cookie)
    return id === undefined ? { kind: 'none' } : this.findById(id)
  }

  async findById(id: string): Promise<SessionLookup> {
    // A session begun before a rotation of the secret keeps the name an older key gave it.
    for (const key of this.#namesOf(id)) {
      const bytes = await this.#store.get(key)
      if (bytes) return this.#judge(key, bytes)
    }
    return { kind: 'none' }
  }

  /** @param id never used before */
  async begin(id: string, record: SessionRecord): Promise<void> {
    const key = this.keyOf(id)
    await this.#store.swap(key, undefined, this.#seal(key, record), this.#forgetAt(record))
  }

  /** What the records of a session that begins now are called. */
  keyOf(id: string): string {
    return recordName(mac(this.#ring[0].naming, id))
  }

  /** Moves the idle expiry, at most once a minute. Loses to an end that came first. */
  async touch(session: LiveSession): Promise<void> {
    const now = Date.now()
    if (now - session.record.lastSeenAt < touchEvery) return
    const record = { ...session.record, lastSeenAt: now }
    const sealed = this.#seal(session.key, record)
    await this.#store.swap(session.key, session.bytes, sealed, this.#forgetAt(record))
  }

  /** Ends what the cookie stands for, expired or not, and whichever key of the ring signed it. */
  async endByCookie(cookie: string | undefined): Promise<void> {
    const id = cookie === undefined ? undefined : verifySessionId(this.#ring, cookie)
    if (id !== undefined) await this.endById(id)
  }

  /** Ends the session with this id, whichever key of the ring named it. */
  async endById(id: string): Promise<void> {
    for (const key of this.#namesOf(id)) await this.end(key)
  }

  /**
   * Ends it for good and erases its tokens: the tombstone outlives every request in flight, and
   * the signed cookie. A session that is not there, or has ended, stays so.
   */
  async end(key: string): Promise<void> {
    // First, and always: an attempt to end it that failed halfway is completed by the next one.
    await this.#eraseTokens(key)
    const bytes = await this.#store.get(key)
    if (!bytes || isTombstone(this.#open(key, bytes))) return
    const forgetAt = Date.now() + this.#lifetimes.max + remembrance
    await this.#store.put(key, this.#seal(key, tombstone), forgetAt)
  }

  #judge(key: string, bytes: Uint8Array): SessionLookup {
    const stored = this.#open(key, bytes)
    if (isTombstone(stored)) return { kind: 'ended', reason: 'revoked' }
    const reason = endOf(stored, this.#lifetimes, Date.now())
    if (reason) return { kind: 'ended', reason }
    return { kind: 'live', session: { key, record: stored, bytes } }
  }

  #open(key: string, bytes: Uint8Array): StoredSession {
    const known = this.#opened.get(key)
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known.stored
    const stored = unsealRecord(this.#ring, key, bytes) as StoredSession
    this.#opened.set(key, { bytes, stored })
    return stored
  }

  #seal(key: string, stored: StoredSession): Buffer {
    return sealRecord(this.#ring, key, stored)
  }

  #forgetAt(record: SessionRecord): number {
    return absoluteExpiry(record, this.#lifetimes) + remembrance
  }

  *#namesOf(id: string): Generator<string> {
    for (const keys of this.#ring) yield recordName(mac(keys.naming, id))
  }
}

function recordName(name: string): string {
  return `session:${name}`
}
