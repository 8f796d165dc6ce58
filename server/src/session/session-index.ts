import type { Store } from '../store/store.ts'

interface Entry {
  key: string
  /** Milliseconds since the epoch: later the session is surely over. */
  until: number
}

/**
 * Which sessions belong together: a person's, or those of one session at Entra. Names and keys are
 * keyed hashes, so the lists tell nothing; whoever reads one checks each session in it.
 */
export class SessionIndex {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @returns keys from the least recently added */
  async list(name: string): Promise<string[]> {
    return entriesOf(await this.#store.get(name)).map(({ key }) => key)
  }

  async add(name: string, key: string, until: number): Promise<void> {
    await this.#change(name, (entries) => [...entries, { key, until }])
  }

  async remove(name: string, key: string): Promise<void> {
    await this.#change(name, (entries) => entries.filter((entry) => entry.key !== key))
  }

  async #change(name: string, change: (entries: Entry[]) => Entry[]): Promise<void> {
    for (;;) {
      const bytes = await this.#store.get(name)
      const living = entriesOf(bytes).filter(({ until }) => until > Date.now())
      const entries = change(living)
      const until = Math.max(Date.now(), ...entries.map((entry) => entry.until))
      if (await this.#store.swap(name, bytes, Buffer.from(JSON.stringify(entries)), until)) return
    }
  }
}

/** A damaged list must keep nobody from signing in: the operator can still end what was in it. */
function entriesOf(bytes: Uint8Array | undefined): Entry[] {
  try {
    return bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as Entry[]) : []
  } catch {
    return []
  }
}
