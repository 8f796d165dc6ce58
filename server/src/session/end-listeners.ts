import type { Announcements } from '../store/announcements.ts'

type Listener = (name: string) => void

/** Tells that a session has ended: this process at once, and others where the store can. */
export class EndListeners {
  readonly #own = new Set<Listener>()
  readonly #announcements: Announcements | undefined

  constructor(announcements: Announcements | undefined) {
    this.#announcements = announcements
  }

  /** @param name the name of the session's record */
  tell(name: string): void {
    for (const listener of this.#own) listener(name)
    this.#announcements?.announce(name)
  }

  /** @param listener gets names of sessions to look at: they seem to have ended @returns removes it */
  add(listener: Listener): () => void {
    this.#own.add(listener)
    const stopHearing = this.#announcements?.listen(listener)
    return () => {
      this.#own.delete(listener)
      stopHearing?.()
    }
  }

  /** See `Announcements`: undefined while no end in another process is told. */
  get subscription(): number | undefined {
    return this.#announcements?.subscription
  }
}
