import { type Static, Type } from 'typebox'
import { Failure } from '../failure.ts'
import { schemaCheck } from '../schema-check.ts'
import type { Store } from './store.ts'

const List = Type.Array(
  Type.Object({
    /** Name of a record. */
    key: Type.String(),
    /** When the record is surely over: milliseconds since the epoch. */
    until: Type.Number(),
    /** Entries of a group are counted together, where each group may have a share of the list. */
    group: Type.Optional(Type.String()),
  }),
)
export type ListEntry = Static<typeof List>[number]
const isList = schemaCheck(List)

/**
 * How long an entry stays after `until`. A clock that is hours ahead for a while must not remove
 * living records from their lists.
 */
const lingerMs = 24 * 60 * 60_000

/** Other processes change lists too. More tries than this mean that the store is broken. */
const maxTries = 1_000

/** Some records in a list can be over: check the record of each entry. */
export async function readList(store: Store, name: string): Promise<ListEntry[]> {
  return entriesOf(await store.get(name))
}

/**
 * Changes a list atomically, also between processes. `change` may run several times.
 * @throws {Failure} `store_unavailable`
 */
export async function changeList(
  store: Store,
  name: string,
  change: (entries: ListEntry[]) => ListEntry[],
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const bytes = await store.get(name)
    const kept = entriesOf(bytes).filter(({ until }) => until + lingerMs > Date.now())
    const entries = change(kept)
    const forgetAt = Math.max(Date.now(), ...entries.map(({ until }) => until + lingerMs))
    if (await store.swap(name, bytes, Buffer.from(JSON.stringify(entries)), forgetAt)) return
  }
  throw new Failure('store_unavailable', 'a list in the store cannot be changed')
}

/** A damaged list counts as empty. People can still sign in, and the operator can still end sessions. */
function entriesOf(bytes: Uint8Array | undefined): ListEntry[] {
  if (!bytes) return []
  try {
    const list: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isList(list) ? list : []
  } catch {
    return []
  }
}
