import type { User } from '@entra-bff/shared'
import { LRUCache } from 'lru-cache'
import { Failure } from '../failure.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { isSealedWithNewest } from '../secrets/seal.ts'
import type { RecordNames } from '../store/record-names.ts'
import { sealRecord, unsealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'
import { type Admission, isAdmitted } from './admission.ts'
import { endedMeanwhile, type EndedSession, Endings } from './endings.ts'
import { SessionGroups } from './session-index.ts'
import { absoluteExpiry, isOver, type Lifetimes, remembrance, touchInterval } from './lifetimes.ts'
import { type EndReason, isTombstone, type SessionRecord, type StoredSession } from './record.ts'

/** A session that lives. `key` names it inside the server; it does not tell the cookie. */
export interface LiveSession {
  readonly key: string
  readonly record: SessionRecord
  /** The stored bytes it was read from: a change is written only over these. */
  readonly bytes: Uint8Array
}

export type SessionLookup =
  { kind: 'live'; session: LiveSession } | { kind: 'ended'; reason: EndReason } | { kind: 'none' }

/** What lies elsewhere under a session's key and ends with it. */
export interface SessionTokens {
  erase(key: string): Promise<void>
  /** After a rotation of the secret: seals them with the newest. */
  reseal(key: string): Promise<void>
}

export interface SessionsOptions {
  store: Store
  ring: KeyRing
  names: RecordNames
  lifetimes: Lifetimes
  tokens: SessionTokens
  /** Undefined for the operator alone, who sees every session of the store. */
  admission: Admission | undefined
}

interface OpenedSession {
  bytes: Uint8Array
  stored: StoredSession
}

const kind = 'session'
/** Of one person. */
const mostPerUser = 100
/** A session that nobody uses is in memory for ten minutes. */
const openedLimits = { max: 10_000, ttl: 10 * 60_000, ttlAutopurge: true, ttlResolution: 0 }

/** Every way to read, begin, keep alive and end a session. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #groups: SessionGroups
  readonly #endings: Endings
  /** What this process decrypted last, by key; the store's bytes stay the source of truth. */
  readonly #opened = new LRUCache<string, OpenedSession>(openedLimits)
  readonly #endListeners = new Set<(key: string) => void>()

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#groups = new SessionGroups(options.store, options.names)
    this.#endings = new Endings({
      ...options,
      open: (key, bytes) => this.#openIfWhole(key, bytes),
      beforeEnd: (key) => options.tokens.erase(key),
      afterEnd: (key, record) => this.#afterEnd(key, record),
    })
  }

  /** What the records of the session with this id are called. */
  keyOf(id: string): string {
    return this.#options.names.of(kind, id)
  }

  /** One look-up in the store; writes nothing. */
  find(id: string): Promise<SessionLookup> {
    return this.findByKey(this.keyOf(id))
  }

  async findByKey(key: string): Promise<SessionLookup> {
    const bytes = await this.#options.store.get(key)
    return bytes ? this.#judge(key, bytes, this.#open(key, bytes)) : { kind: 'none' }
  }

  /**
   * @param id never used before
   * @throws {Failure} `session_revoked` when it was ended before it was written
   */
  async begin(id: string, record: SessionRecord): Promise<void> {
    const key = this.keyOf(id)
    const until = absoluteExpiry(record, this.#options.lifetimes)
    // Before the session itself: one that no list knows could not be ended from elsewhere.
    await this.#groups.join(key, record, until)
    const sealed = sealRecord(this.#options.ring, key, record)
    const { store } = this.#options
    if (await store.swap(key, undefined, sealed, until + remembrance)) return
    await this.#groups.leave(key, record)
    throw endedMeanwhile()
  }

  /**
   * Moves the idle expiry, now and then (see `touchInterval`), and seals with the newest secret.
   * Loses to an end that came first.
   * @returns the session as it is now
   * @throws {Failure} `session_revoked`, `session_expired` when it has ended meanwhile
   */
  async touch({ key, record, bytes }: LiveSession): Promise<SessionRecord> {
    const { ring, store, lifetimes, tokens } = this.#options
    const isSealed = isSealedWithNewest(ring, bytes)
    const now = Date.now()
    if (isSealed && now - record.lastSeenAt < touchInterval(lifetimes)) return record
    if (!isSealed) await tokens.reseal(key)
    const touched = { ...record, lastSeenAt: now }
    const forgetAt = absoluteExpiry(record, lifetimes) + remembrance
    const isWritten = await store.swap(key, bytes, sealRecord(ring, key, touched), forgetAt)
    return isWritten ? touched : requireLive(await this.findByKey(key)).record
  }

  /**
   * Ends it for good and erases its tokens: the tombstone outlives every request in flight, and
   * the signed cookie. When another session has taken its place in the same browser, that one ends.
   * @returns the session that ended by this
   */
  end(key: string): Promise<EndedSession | undefined> {
    return this.#endings.end(key)
  }

  /**
   * Ends the session that a browser had, in favor of the one that is about to begin.
   * @param since when that sign-in began, milliseconds since the epoch
   * @returns the session that ended by this
   * @throws {Failure} `session_revoked` when it was ended since then: no sign-in undoes that
   */
  replace(key: string, successor: string, since: number): Promise<EndedSession | undefined> {
    return this.#endings.replace(key, successor, since)
  }

  /** Told the key of each session that this process ends. @returns stops it */
  onEnd(listener: (key: string) => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** Makes room for one more session of a person. @returns the keys of those that have to end */
  async surplusOf(user: User): Promise<string[]> {
    const oldest = (await this.#groups.ofUser(user)).slice(0, 1 - mostPerUser)
    const living = (await this.#livingUnder(oldest)).map(({ key }) => key)
    const dead = oldest.filter((key) => !living.includes(key))
    if (dead.length > 0) await this.#groups.drop(user, dead)
    return living
  }

  /** The living sessions of one person. */
  async of(user: User): Promise<LiveSession[]> {
    const sessions = await this.#livingUnder(await this.#groups.ofUser(user))
    return sessions.filter(({ record }) => isSamePerson(record.user, user))
  }

  /** The living sessions that Entra counts to one session of its own. */
  async withSid(sid: string): Promise<LiveSession[]> {
    const sessions = await this.#livingUnder(await this.#groups.ofSid(sid))
    return sessions.filter(({ record }) => record.sid === sid)
  }

  /**
   * The session, if it lives. A record that cannot be read is as good as none here: it must not hide
   * the others of a list.
   */
  async living(key: string): Promise<LiveSession | undefined> {
    const bytes = await this.#options.store.get(key)
    const stored = bytes && this.#openIfWhole(key, bytes)
    if (!stored) return undefined
    const found = this.#judge(key, bytes, stored)
    return found.kind === 'live' ? found.session : undefined
  }

  /** Of every session, ended ones too: for the operator, not for requests. */
  keys(): AsyncIterable<string> {
    return this.#options.store.keys(`${kind}:`)
  }

  async #livingUnder(keys: string[]): Promise<LiveSession[]> {
    const found = await Promise.all(keys.map((key) => this.living(key)))
    return found.filter((session) => session !== undefined)
  }

  async #afterEnd(key: string, record: SessionRecord | undefined): Promise<void> {
    for (const listener of this.#endListeners) listener(key)
    // It has ended whether this works or not: whoever reads a list checks each session in it.
    if (record) await this.#groups.leave(key, record).catch(() => undefined)
  }

  #judge(key: string, bytes: Uint8Array, stored: StoredSession): SessionLookup {
    if (isTombstone(stored)) return { kind: 'ended', reason: 'revoked' }
    const { lifetimes, admission } = this.#options
    if (isOver(stored, lifetimes)) return { kind: 'ended', reason: 'expired' }
    if (admission && !isAdmitted(stored, admission)) return { kind: 'ended', reason: 'revoked' }
    return { kind: 'live', session: { key, record: stored, bytes } }
  }

  /** A damaged record must not keep its session from ending, either. */
  #openIfWhole(key: string, bytes: Uint8Array): StoredSession | undefined {
    try {
      return this.#open(key, bytes)
    } catch {
      return undefined
    }
  }

  #open(key: string, bytes: Uint8Array): StoredSession {
    const known = this.#opened.get(key)
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known.stored
    const stored = unsealRecord(this.#options.ring, key, bytes) as StoredSession
    this.#opened.set(key, { bytes, stored })
    return stored
  }
}

/** @throws {Failure} `not_signed_in`, `session_expired`, `session_revoked` */
export function requireLive(lookup: SessionLookup): LiveSession {
  switch (lookup.kind) {
    case 'live':
      return lookup.session
    case 'ended':
      throw new Failure(`session_${lookup.reason}`, 'the session is over')
    case 'none':
      throw new Failure('not_signed_in', 'no session')
  }
}

function isSamePerson(a: User, b: User): boolean {
  return a.id === b.id && a.tenantId === b.tenantId
}
