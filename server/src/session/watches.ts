import { idleExpiry, type Lifetimes, warningTimeMs } from './lifetimes.ts'
import { Look } from './look.ts'
import type { SessionLookup } from './lookup.ts'
import type { SessionRecord } from './record.ts'
import type { Sessions } from './sessions.ts'

type Listener = (found: SessionLookup) => void

/** A session that somebody watches. */
interface Watch {
  listeners: Set<Listener>
  checking: NodeJS.Timeout
  /** Undefined when the next check has to look. */
  lastLook: Look | undefined
}

/** Longest time until the end of a session in another process is seen, where none announces it. */
const checkEveryMs = 2_000

/** Looks at the sessions that an open answer belongs to, and tells what it finds. */
export class SessionWatches {
  readonly #sessions: Sessions
  readonly #lifetimes: Lifetimes
  readonly #watches = new Map<string, Watch>()
  readonly #stopListening: () => void

  constructor(sessions: Sessions, lifetimes: Lifetimes) {
    this.#sessions = sessions
    this.#lifetimes = lifetimes
    this.#stopListening = sessions.endListeners.add((name) => {
      const watch = this.#watches.get(name)
      if (watch) void this.#look(name, watch)
    })
  }

  /**
   * @param name the name of the session's record
   * @param listener is told what the session is now, soon after this call and then at each look; it may be
   * told the same again
   * @returns ends the watch
   */
  add(name: string, listener: Listener): () => void {
    const watch = this.#watches.get(name) ?? this.#begin(name)
    watch.listeners.add(listener)
    void this.#look(name, watch)
    return () => {
      watch.listeners.delete(listener)
      if (watch.listeners.size > 0) return
      clearInterval(watch.checking)
      if (this.#watches.get(name) === watch) this.#watches.delete(name)
    }
  }

  close(): void {
    this.#stopListening()
    for (const { checking } of this.#watches.values()) clearInterval(checking)
    this.#watches.clear()
  }

  /** Each session has its own timer, so that not all sessions are checked in the same moment. */
  #begin(name: string): Watch {
    const { endListeners } = this.#sessions
    const checking = setInterval(() => {
      if (watch.lastLook?.isOutdated(endListeners.subscription) ?? true) {
        void this.#look(name, watch)
      }
    }, checkEveryMs)
    const watch: Watch = { listeners: new Set(), checking: checking.unref(), lastLook: undefined }
    this.#watches.set(name, watch)
    return watch
  }

  /** Tells all listeners: the next look comes when the session changes again, so each must know this one. */
  async #look(name: string, watch: Watch): Promise<void> {
    const { subscription } = this.#sessions.endListeners
    const found = await this.#find(name)
    const record = found?.kind === 'live' ? found.session.record : undefined
    watch.lastLook = record && new Look(subscription, this.#nextChange(record))
    // A failing store does not end a session.
    if (!found) return
    for (const listener of watch.listeners) listener(found)
  }

  async #find(name: string): Promise<SessionLookup | undefined> {
    try {
      return await this.#sessions.find(name)
    } catch {
      return undefined
    }
  }

  /** The warning or the expiry. Use of the session only makes them later. */
  #nextChange(record: SessionRecord): number {
    const idle = idleExpiry(record, this.#lifetimes)
    const warning = idle - warningTimeMs(this.#lifetimes)
    return warning > Date.now() ? warning : idle
  }
}
