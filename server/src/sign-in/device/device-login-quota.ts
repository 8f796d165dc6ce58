import { Failure } from '../../failure.ts'
import { recordKinds } from '../../store/record-kinds.ts'
import { changeList, type ListEntry, readList } from '../../store/lists.ts'
import type { Vault } from '../../store/vault.ts'

const maxLogins = 1_000
/** One network must not use up the quota of all others. */
const maxLoginsPerNetwork = 50
const retryAfterSeconds = 60
/** Characters of a name in the list: enough to tell a thousand logins apart. */
const shortLength = 16

/** Limits how many device logins are open at once. One record of the store counts them. */
export class DeviceLoginQuota {
  readonly #vault: Vault

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** @throws {Failure} `rate_limited` when the quota is used up */
  async require(network: string): Promise<void> {
    const entries = await readList(this.#vault.store, recordKinds.deviceQuota)
    this.#requireRoom(entries, this.#groupOf(network))
  }

  /**
   * Counts a device login.
   * @param until milliseconds since the epoch
   * @throws {Failure} `rate_limited` when the quota is used up
   */
  add(login: string, network: string, until: number): Promise<void> {
    const group = this.#groupOf(network)
    return changeList(this.#vault.store, recordKinds.deviceQuota, (entries) => [
      ...this.#requireRoom(entries, group),
      { key: short(login), until, group },
    ])
  }

  remove(login: string): Promise<void> {
    return changeList(this.#vault.store, recordKinds.deviceQuota, (entries) =>
      current(entries).filter(({ key }) => key !== short(login)),
    )
  }

  /** @returns the entries of logins that have not expired */
  #requireRoom(entries: ListEntry[], group: string): ListEntry[] {
    const counted = current(entries)
    const own = counted.filter((entry) => entry.group === group)
    if (counted.length < maxLogins && own.length < maxLoginsPerNetwork) return counted
    throw new Failure('rate_limited', 'too many device logins are open', {
      retryAfterSeconds,
    })
  }

  #groupOf(network: string): string {
    return short(this.#vault.names.of('network', network))
  }
}

function current(entries: ListEntry[]): ListEntry[] {
  return entries.filter(({ until }) => until > Date.now())
}

function short(name: string): string {
  return name.slice(-shortLength)
}
