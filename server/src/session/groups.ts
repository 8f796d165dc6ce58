import type { User } from '@entra-bff/shared'
import type { RecordNames } from '../store/record-names.ts'
import type { Store } from '../store/store.ts'
import type { SessionRecord } from './record.ts'

interface Entry {
  key: string
  /** Milliseconds since the epoch: later the session is surely over. */
  until: number
}

/**
 * Which sessions belong together: a person's, and those of one session at Entra. Names and keys are
 * keyed hashes, so the lists tell nothing; whoever reads one checks each session in it.
 */
export class SessionGroups {
  readonly #store: Store
  readonly #names: RecordNames

  constructor(store: Store, names: RecordNames) {
    this.#store = store
    this.#names = names
  }

  /** @returns keys, the oldest first */
  ofUser(user: User): Promise<string[]> {
    return this.#list(this.#nameOfUser(user))
  }

  /** @returns keys, the oldest first */
  ofSid(sid: string): Promise<string[]> {
    return this.#list(this.#nameOfSid(sid))
  }

  async join(key: string, record: SessionRecord, until: number): Promise<void> {
    for (const name of this.#namesFor(record)) {
      await this.#change(name, (entries) => [...entries, { key, until }])
    }
  }

  async leave(key: string, record: SessionRecord): Promise<void> {
    for (const name of this.#namesFor(record)) {
      await this.#change(name, (entries) => entries.filter((entry) => entry.key !== key))
    }
  }

  async #list(name: string): Promise<string[]> {
    return entriesOf(await this.#store.get(name)).map(({ key }) => key)
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

  #namesFor({ user, sid }: SessionRecord): string[] {
    return [this.#nameOfUser(user), ...(sid === undefined ? [] : [this.#nameOfSid(sid)])]
  }

  #nameOfUser({ tenantId, id }: User): string {
    return this.#names.of('user-sessions', `${tenantId} ${id}`)
  }

  #nameOfSid(sid: string): string {
    return this.#names.of('sid-sessions', sid)
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
