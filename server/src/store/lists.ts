import { Failure } from '../failure.ts'
import type { Store } from './store.ts'

/** What a list names: a record, by its key, until it is surely over. */
export interface ListEntry {
  key: string
  /** Milliseconds since the epoch. */
  until: number
  /** By which entries are counted, where a part of them may have a share alone. */
  group?: string
}

/**
 * How long an entry outlives its time. A clock that is hours ahead for a while takes no living
 * record out of its list.
 */
const lingerMs = 24 * 60 * 60_000

/** Others may change it at the same time; a store that gives back other bytes than it has never agrees. */
const mostTries = 1_000

/** Entries can be past their time: judge each by its own record. */
export async function readList(store: Store, name: string): Promise<ListEntry[]> {
  return entriesOf(await store.get(name))
}

/**
 * Changes a list as it is at this moment, also between processes. `change` may run several times.
 * @throws {Failure} `store_unavailable`
 */
export async function changeList(
  store: Store,
  name: string,
  change: (entries: ListEntry[]) => ListEntry[],
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const bytes = await store.get(name)
    const kept = entriesOf(bytes).filter(({ until }) => until + lingerMs > Date.now())
    const entries = change(kept)
    const forgetAt = Math.max(Date.now(), ...entries.map(({ until }) => until + lingerMs))
    if (await store.swap(name, bytes, Buffer.from(JSON.stringify(entries)), forgetAt)) return
  }
  throw new Failure('store_unavailable', 'a list in the store cannot be changed')
}

/** A damaged list must keep nobody from signing in: the operator can still end what was in it. */
function entriesOf(bytes: Uint8Array | undefined): ListEntry[] {
  try {
    return bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as ListEntry[]) : []
  } catch {
    return []
  }
}
