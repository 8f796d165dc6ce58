import type { User } from '@entra-bff/shared'
import { recordKinds } from '../store/record-kinds.ts'
import { changeList, readList } from '../store/lists.ts'
import type { Vault } from '../store/vault.ts'
import type { SessionRecord } from './record.ts'

/**
 * Lists the record names of a user's sessions, and of the sessions under one session at Entra. A
 * list can name a session that is over, so the caller must read each session's own record.
 */
export class SessionIndex {
  readonly #vault: Vault

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** @returns names, the oldest first */
  ofUser(user: User): Promise<string[]> {
    return this.#read(this.#listOfUser(user))
  }

  /** @returns names, the oldest first */
  ofSid(sid: string): Promise<string[]> {
    return this.#read(this.#listOfSid(sid))
  }

  /** @param until milliseconds since the epoch: the session is over by then */
  async add(name: string, record: SessionRecord, until: number): Promise<void> {
    const addTo = (list: string) =>
      changeList(this.#vault.store, list, (entries) => [...entries, { key: name, until }])
    await Promise.all(this.#listsOf(record).map(addTo))
  }

  async remove(name: string, record: SessionRecord): Promise<void> {
    await Promise.all(this.#listsOf(record).map((list) => this.#removeFrom(list, [name])))
  }

  removeFromUser(user: User, names: readonly string[]): Promise<void> {
    return this.#removeFrom(this.#listOfUser(user), names)
  }

  async #read(list: string): Promise<string[]> {
    return (await readList(this.#vault.store, list)).map(({ key }) => key)
  }

  #removeFrom(list: string, names: readonly string[]): Promise<void> {
    return changeList(this.#vault.store, list, (entries) =>
      entries.filter(({ key }) => !names.includes(key)),
    )
  }

  #listsOf({ user, sid }: SessionRecord): string[] {
    return [this.#listOfUser(user), ...(sid === undefined ? [] : [this.#listOfSid(sid)])]
  }

  #listOfUser({ tenantId, id }: User): string {
    return this.#vault.names.of(recordKinds.userSessions, `${tenantId} ${id}`)
  }

  #listOfSid(sid: string): string {
    return this.#vault.names.of(recordKinds.sidSessions, sid)
  }
}
