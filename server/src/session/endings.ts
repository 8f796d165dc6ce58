import { Failure } from '../failure.ts'
import type { Records } from '../store/records.ts'
import { type Lifetimes, tombstoneTtlMs } from './lifetimes.ts'
import { isTombstone, type SessionRecord, type StoredSession, type Tombstone } from './record.ts'

/** The browser's next sign-in took the place of this one before its session was written. */
export class ReplacedMeanwhile extends Failure {
  constructor() {
    super('session_revoked', 'the next sign-in of the same browser came first')
  }
}

/** A session that has just ended. */
export interface EndedSession {
  readonly name: string
  readonly record: SessionRecord
}

export interface EndingsOptions {
  records: Records<typeof StoredSession>
  lifetimes: Lifetimes
  /** Called before a session ends: erases its tokens. */
  beforeEnd: (name: string) => Promise<void>
  /** @param record undefined when the record could not be read */
  afterEnd: (name: string, record: SessionRecord | undefined) => Promise<void>
}

/** What an attempt to end a session found: the session, or what stood in its place. */
type Outcome = { ended?: EndedSession; endedAt?: number } | { replacedBy: string }

/**
 * Ends sessions: a tombstone is written over the very bytes that were read. So of two changes at the
 * same time, in one process or in two, the second sees the first.
 */
export class Endings {
  readonly #options: EndingsOptions

  constructor(options: EndingsOptions) {
    this.#options = options
  }

  /**
   * Ends a session. If the browser's next session has replaced it, or is about to, the next session
   * ends instead.
   * @returns undefined when there was nothing to end
   */
  async end(name: string): Promise<EndedSession | undefined> {
    const outcome = await this.#writeTombstone(name, newTombstone())
    if (!('replacedBy' in outcome)) return outcome.ended
    const { replacedBy } = outcome
    return (await this.#prevent(replacedBy, newTombstone())) ? undefined : this.end(replacedBy)
  }

  /**
   * Ends the session of a browser in favor of the browser's next session.
   * @param since start of the sign-in of the next session, milliseconds since the epoch
   * @throws {Failure} `session_revoked` when the session was ended after `since`
   */
  async replace(name: string, successor: string, since: number): Promise<EndedSession | undefined> {
    if (name === successor) return undefined
    const outcome = await this.#writeTombstone(name, newTombstone(successor))
    if ('replacedBy' in outcome) return this.#replaceNext(outcome.replacedBy, successor, since)
    if (outcome.endedAt !== undefined && outcome.endedAt > since) throw endedMeanwhile()
    return outcome.ended
  }

  /** @returns why a session could not be written: a tombstone stands in its place */
  async whyPrevented(name: string): Promise<Failure> {
    const stored = await this.#options.records.inspect(name)
    const isReplaced =
      typeof stored === 'object' && isTombstone(stored.value) && 'replacedBy' in stored.value
    return isReplaced ? new ReplacedMeanwhile() : endedMeanwhile()
  }

  /** Replaces the next session of the same browser, which its sign-in may not have written yet. */
  async #replaceNext(name: string, successor: string, since: number) {
    if (name === successor) return undefined
    const isPrevented = await this.#prevent(name, newTombstone(successor))
    return isPrevented ? undefined : this.replace(name, successor, since)
  }

  /**
   * Keeps a session from being written: `Sessions.begin` writes only where no record is.
   * @returns false when the session is there already
   */
  async #prevent(name: string, tombstone: Tombstone): Promise<boolean> {
    const { records } = this.#options
    return (await records.create(name, tombstone, this.#tombstoneExpiry())) !== undefined
  }

  async #writeTombstone(name: string, tombstone: Tombstone): Promise<Outcome> {
    const { records, beforeEnd, afterEnd } = this.#options
    // `beforeEnd` runs at each attempt, so that a second attempt completes one that failed halfway.
    await beforeEnd(name)
    for (;;) {
      const stored = await records.inspect(name)
      if (stored === 'absent') return {}
      if (stored === 'unreadable') return this.#overwrite(name, tombstone)
      const { value } = stored
      if (isTombstone(value)) return outcomeOf(value)
      if (await records.replace(stored, tombstone, this.#tombstoneExpiry())) {
        await afterEnd(name, value)
        return { ended: { name, record: value } }
      }
    }
  }

  /** Bytes that cannot be read cannot be compared. */
  async #overwrite(name: string, tombstone: Tombstone): Promise<Outcome> {
    const { records, afterEnd } = this.#options
    await records.put(name, tombstone, this.#tombstoneExpiry())
    await afterEnd(name, undefined)
    return {}
  }

  #tombstoneExpiry(): number {
    return Date.now() + this.#options.lifetimes.maxMs + tombstoneTtlMs
  }
}

function newTombstone(replacedBy?: string): Tombstone {
  return { ended: true, endedAt: Date.now(), ...(replacedBy !== undefined && { replacedBy }) }
}

function outcomeOf({ endedAt, replacedBy }: Tombstone): Outcome {
  if (replacedBy !== undefined) return { replacedBy }
  return endedAt === undefined ? {} : { endedAt }
}

function endedMeanwhile(): Failure {
  return new Failure('session_revoked', 'the session was ended while the next one began')
}
