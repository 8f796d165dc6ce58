import type { User } from '@entra-bff/shared'
import type { CacheCounts } from '../cache-counts.ts'
import type { TokenCache } from '../entra/token-cache.ts'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { recordKinds } from '../store/record-kinds.ts'
import { Records, type StoredRecord } from '../store/records.ts'
import type { Vault } from '../store/vault.ts'
import type { TokenRecords } from '../tokens/token-records.ts'
import { type Admission, isAdmitted } from './admission.ts'
import { EndListeners } from './end-listeners.ts'
import { type EndedSession, Endings } from './endings.ts'
import {
  absoluteExpiry,
  isOver,
  type Lifetimes,
  recordExpiry,
  touchIntervalMs,
} from './lifetimes.ts'
import { type LiveSession, requireSession, type SessionLookup } from './lookup.ts'
import { isTombstone, type SessionRecord, StoredSession } from './record.ts'
import { SessionIndex } from './session-index.ts'

export interface SessionsOptions {
  vault: Vault
  lifetimes: Lifetimes
  /** The tokens of a session begin and end with it. */
  tokens: Pick<TokenRecords, 'create' | 'erase' | 'reseal'>
  /** Undefined for the operator's command, which sees every session of the store. */
  admission: Admission | undefined
}

const maxSessionsPerUser = 100
const maxCachedRecords = 2_000

/** Reads, begins, keeps alive and ends sessions. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #records: Records<typeof StoredSession>
  readonly #index: SessionIndex
  readonly #endings: Endings
  readonly cacheCounts: CacheCounts
  readonly endListeners: EndListeners

  constructor(options: SessionsOptions) {
    const { vault, lifetimes, tokens } = options
    this.#options = options
    this.#records = new Records(vault, {
      kind: recordKinds.session,
      schema: StoredSession,
      maxCached: maxCachedRecords,
    })
    this.cacheCounts = this.#records.cacheCounts
    this.endListeners = new EndListeners(vault.store.announcements)
    this.#index = new SessionIndex(vault)
    this.#endings = new Endings({
      records: this.#records,
      lifetimes,
      beforeEnd: (name) => tokens.erase(name),
      afterEnd: (name, record) => this.#afterEnd(name, record),
    })
  }

  /** @param id the session id that the cookie holds */
  nameOf(id: string): string {
    return this.#records.nameOf(id)
  }

  /** Reads one record of the store; writes nothing. */
  find(name: string): MaybePromise<SessionLookup> {
    return andThen(this.#records.read(name), (stored) =>
      stored ? this.#stateOf(stored) : { kind: 'none' },
    )
  }

  /**
   * @param name a name that was never used before
   * @throws {Failure} `session_revoked` when the session was ended before it was written; it is a
   * `ReplacedMeanwhile` when the browser's next sign-in ended it
   */
  async begin(name: string, record: SessionRecord, cache: TokenCache): Promise<void> {
    const { lifetimes, tokens } = this.#options
    const until = absoluteExpiry(record, lifetimes)
    try {
      // These come first: a session that no list names could not be ended from elsewhere. LMDB commits
      // together what is written at the same time.
      await Promise.all([tokens.create(name, cache, until), this.#index.add(name, record, until)])
      if (await this.#records.create(name, record, recordExpiry(record, lifetimes))) return
      await this.#index.remove(name, record)
      throw await this.#endings.whyPrevented(name)
    } catch (error) {
      await tokens.erase(name).catch(() => undefined)
      throw error
    }
  }

  /**
   * Moves the idle expiry, at most once per `touchIntervalMs`, and seals the session with the newest secret.
   * A session that ended first stays ended.
   * @returns the session as it is now
   * @throws {Failure} `session_revoked`, `session_expired` when the session has ended meanwhile
   */
  async touch({ name, record, stored }: LiveSession): Promise<SessionRecord> {
    const { lifetimes, tokens } = this.#options
    const isSealed = this.#records.isSealedWithNewest(stored)
    const now = Date.now()
    if (isSealed && now - record.lastSeenAt < touchIntervalMs(lifetimes)) return record
    if (!isSealed) await tokens.reseal(name)
    const touched = { ...record, lastSeenAt: now }
    const isWritten = await this.#records.replace(stored, touched, recordExpiry(record, lifetimes))
    return isWritten ? touched : requireSession({ lookup: await this.find(name) }).record
  }

  /**
   * Ends a session for good and erases its tokens. If the next session has replaced it in the same
   * browser, the next session ends.
   * @returns the session that this call ended
   */
  end(name: string): Promise<EndedSession | undefined> {
    return this.#endings.end(name)
  }

  /**
   * Ends the session of a browser in favor of the session that is about to begin.
   * @param since start of the sign-in of the new session, milliseconds since the epoch
   * @returns the session that this call ended
   * @throws {Failure} `session_revoked` when the session was ended after `since`
   */
  replace(name: string, successor: string, since: number): Promise<EndedSession | undefined> {
    return this.#endings.replace(name, successor, since)
  }

  /** Makes room for one more session of a user. @returns the names of the sessions that have to end */
  async surplusOf(user: User): Promise<string[]> {
    const oldest = (await this.#index.ofUser(user)).slice(0, 1 - maxSessionsPerUser)
    const living = (await this.#livingOf(oldest)).map(({ name }) => name)
    const dead = oldest.filter((name) => !living.includes(name))
    if (dead.length > 0) await this.#index.removeFromUser(user, dead)
    return living
  }

  /** The living sessions of a user. */
  async ofUser(user: User): Promise<LiveSession[]> {
    const sessions = await this.#livingOf(await this.#index.ofUser(user))
    return sessions.filter(({ record }) => isSameUser(record.user, user))
  }

  /** The living sessions that belong to one session at Entra. */
  async ofSid(sid: string): Promise<LiveSession[]> {
    const sessions = await this.#livingOf(await this.#index.ofSid(sid))
    return sessions.filter(({ record }) => record.sid === sid)
  }

  /** The session, if alive. An unreadable record counts as absent: it must not hide the rest of a list. */
  async findLiving(name: string): Promise<LiveSession | undefined> {
    const stored = await this.#records.inspect(name)
    if (stored === 'absent' || stored === 'unreadable') return undefined
    const found = this.#stateOf(stored)
    return found.kind === 'live' ? found.session : undefined
  }

  /** The names of all sessions, ended ones too: for the operator's command, not for requests. */
  names(): AsyncIterable<string> {
    return this.#records.names()
  }

  async #livingOf(names: string[]): Promise<LiveSession[]> {
    const found = await Promise.all(names.map((name) => this.findLiving(name)))
    return found.filter((session) => session !== undefined)
  }

  async #afterEnd(name: string, record: SessionRecord | undefined): Promise<void> {
    this.endListeners.tell(name)
    // A list may name sessions that have ended, so a failure here is harmless.
    if (record) await this.#index.remove(name, record).catch(() => undefined)
  }

  #stateOf(stored: StoredRecord<StoredSession>): SessionLookup {
    const { name, value: record } = stored
    if (isTombstone(record)) return { kind: 'ended', reason: 'revoked' }
    const { lifetimes, admission } = this.#options
    if (isOver(record, lifetimes)) return { kind: 'ended', reason: 'expired' }
    if (admission && !isAdmitted(record, admission)) return { kind: 'ended', reason: 'revoked' }
    return { kind: 'live', session: { name, record, stored } }
  }
}

function isSameUser(a: User, b: User): boolean {
  return a.id === b.id && a.tenantId === b.tenantId
}
