import { Failure } from '../../failure.ts'
import type { RecordNames } from '../../store/record-names.ts'
import { changeList, type ListEntry, readList } from '../../store/lists.ts'
import type { Store } from '../../store/store.ts'

const listName = 'device-places'
/** At once, in the whole store. */
const mostKept = 1_000
/** Of one network, so that nobody takes the places of all others. */
const mostPerNetwork = 50
const retryAfterSeconds = 60
/** Enough to tell a thousand apart, and it keeps the list small. */
const shortLength = 16

/** The device logins that are kept, counted in one record: each start needs a place. */
export class DevicePlaces {
  readonly #store: Store
  readonly #names: RecordNames

  constructor(store: Store, names: RecordNames) {
    this.#store = store
    this.#names = names
  }

  /** @throws {Failure} `rate_limited` when there is no place */
  async require(network: string): Promise<void> {
    this.#judge(await readList(this.#store, listName), this.#groupOf(network))
  }

  /**
   * @param until milliseconds since the epoch
   * @throws {Failure} `rate_limited` when there is no place
   */
  take(login: string, network: string, until: number): Promise<void> {
    const group = this.#groupOf(network)
    return changeList(this.#store, listName, (entries) => [
      ...this.#judge(entries, group),
      { key: short(login), until, group },
    ])
  }

  free(login: string): Promise<void> {
    return changeList(this.#store, listName, (entries) =>
      current(entries).filter(({ key }) => key !== short(login)),
    )
  }

  /** @returns the entries that count */
  #judge(entries: ListEntry[], group: string): ListEntry[] {
    const kept = current(entries)
    const own = kept.filter((entry) => entry.group === group)
    if (kept.length < mostKept && own.length < mostPerNetwork) return kept
    throw new Failure('rate_limited', 'too many device logins are kept', {
      retryAfterSeconds,
    })
  }

  #groupOf(network: string): string {
    return short(this.#names.of('network', network))
  }
}

function current(entries: ListEntry[]): ListEntry[] {
  return entries.filter(({ until }) => until > Date.now())
}

function short(name: string): string {
  return name.slice(-shortLength)
}
