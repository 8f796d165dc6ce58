import type { User } from '@entra-bff/shared'
import { changeList, readList } from '../store/lists.ts'
import type { RecordNames } from '../store/record-names.ts'
import type { Store } from '../store/store.ts'
import type { SessionRecord } from './record.ts'

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

  /** @param until milliseconds since the epoch: later the session is surely over */
  async join(key: string, record: SessionRecord, until: number): Promise<void> {
    for (const name of this.#namesFor(record)) {
      await changeList(this.#store, name, (entries) => [...entries, { key, until }])
    }
  }

  async leave(key: string, record: SessionRecord): Promise<void> {
    for (const name of this.#namesFor(record)) await this.#remove(name, [key])
  }

  /** Takes out of a person's list what lives no longer. */
  drop(user: User, keys: readonly string[]): Promise<void> {
    return this.#remove(this.#nameOfUser(user), keys)
  }

  async #list(name: string): Promise<string[]> {
    return (await readList(this.#store, name)).map(({ key }) => key)
  }

  #remove(name: string, keys: readonly string[]): Promise<void> {
    return changeList(this.#store, name, (entries) =>
      entries.filter((entry) => !keys.includes(entry.key)),
    )
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
