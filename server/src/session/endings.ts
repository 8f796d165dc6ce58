import { Failure } from '../failure.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { sealRecord } from '../store/sealed.ts'
import type { Store } from '../store/store.ts'
import { type Lifetimes, remembrance } from './lifetimes.ts'
import { isTombstone, type SessionRecord, type StoredSession, type Tombstone } from './record.ts'

/** A session that has just ended. */
export interface EndedSession {
  readonly key: string
  readonly record: SessionRecord
}

export interface EndingsOptions {
  store: Store
  ring: KeyRing
  lifetimes: Lifetimes
  /** @returns undefined for a record that cannot be read: it must not keep its session from ending */
  open: (key: string, bytes: Uint8Array) => StoredSession | undefined
  /** Before a session ends: erases its tokens. */
  beforeEnd: (key: string) => Promise<void>
  afterEnd: (key: string, record: SessionRecord | undefined) => Promise<void>
}

/**
 * How sessions end: by a tombstone that is written over the very bytes that were read. So of two
 * things that happen at once, in whatever process, the second sees the first.
 */
export class Endings {
  readonly #options: EndingsOptions

  constructor(options: EndingsOptions) {
    this.#options = options
  }

  /**
   * Ends a session, or the one that has taken its place meanwhile, also while that is being written.
   * @returns undefined when there was nothing to end
   */
  async end(key: string): Promise<EndedSession | undefined> {
    const outcome = await this.#bury(key, { ended: true, endedAt: Date.now() })
    if (!('replacedBy' in outcome)) return outcome.ended
    return this.#endSuccessor(outcome.replacedBy)
  }

  /**
   * Ends the session of a browser in favor of the next one.
   * @param since when that sign-in began, milliseconds since the epoch
   * @throws {Failure} `session_revoked` when the session was ended after that: an end wins
   */
  async replace(key: string, successor: string, since: number): Promise<EndedSession | undefined> {
    if (key === successor) return undefined
    const outcome = await this.#bury(key, {
      ended: true,
      endedAt: Date.now(),
      replacedBy: successor,
    })
    if ('replacedBy' in outcome) return this.#replaceNext(outcome.replacedBy, successor, since)
    if (outcome.endedAt !== undefined && outcome.endedAt > since) throw endedMeanwhile()
    return outcome.ended
  }

  /** The next session of the same browser, whose sign-in may not have written it yet. */
  async #replaceNext(key: string, successor: string, since: number) {
    if (key === successor) return undefined
    const grave = { ended: true, endedAt: Date.now(), replacedBy: successor } as const
    return (await this.#prevent(key, grave)) ? undefined : this.replace(key, successor, since)
  }

  async #endSuccessor(key: string): Promise<EndedSession | undefined> {
    const grave = { ended: true, endedAt: Date.now() } as const
    return (await this.#prevent(key, grave)) ? undefined : this.end(key)
  }

  /**
   * A session that is not written yet never will be: `begin` writes only where nothing is.
   * @returns false when it is there already
   */
  #prevent(key: string, grave: Tombstone): Promise<boolean> {
    const { store, ring } = this.#options
    return store.swap(key, undefined, sealRecord(ring, key, grave), this.#forgetAt())
  }

  /** @returns the session that ended by this, or what stood there in place of a session */
  async #bury(
    key: string,
    grave: Tombstone,
  ): Promise<{ ended?: EndedSession; endedAt?: number } | { replacedBy: string }> {
    const { store, ring, open, beforeEnd, afterEnd } = this.#options
    // First, and always: an attempt to end it that failed halfway is completed by the next one.
    await beforeEnd(key)
    for (;;) {
      const bytes = await store.get(key)
      if (!bytes) return {}
      const stored = open(key, bytes)
      if (!stored) return this.#overwrite(key, grave)
      if (isTombstone(stored)) {
        const { endedAt, replacedBy } = stored
        if (replacedBy !== undefined) return { replacedBy }
        return endedAt === undefined ? {} : { endedAt }
      }
      if (await store.swap(key, bytes, sealRecord(ring, key, grave), this.#forgetAt())) {
        await afterEnd(key, stored)
        return { ended: { key, record: stored } }
      }
    }
  }

  /** Where the bytes cannot be read, and so cannot be compared. */
  async #overwrite(key: string, grave: Tombstone): Promise<object> {
    const { store, ring, afterEnd } = this.#options
    await store.put(key, sealRecord(ring, key, grave), this.#forgetAt())
    await afterEnd(key, undefined)
    return {}
  }

  #forgetAt(): number {
    return Date.now() + this.#options.lifetimes.maxMs + remembrance
  }
}

export function endedMeanwhile(): Failure {
  return new Failure('session_revoked', 'the session was ended while the next one began')
}
