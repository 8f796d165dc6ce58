import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/reader.ts'
import { TokenRecords } from '../tokens/token-records.ts'
import { Failure } from '../failure.ts'
import { Sessions } from '../session/sessions.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { openVault } from '../store/vault.ts'
import { type Order, parseOrder, usage } from './order.ts'
import { auditLine, sessionLine, describeUser, plain } from './lines.ts'
import { findPeople, livingSessions, personId, type PersonFilter } from './people.ts'

export interface Output {
  out: (line: string) => void
  err: (line: string) => void
}

/**
 * The operator's command: lists or ends sessions. Prints lists with tabs between the columns, and a
 * line of the audit log (JSON) for each session that it ends.
 * @returns the exit code: 0 done, 1 failed, 2 wrong arguments
 */
export async function sessionsCommand(
  args: string[],
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<0 | 1 | 2> {
  const order = parseOrder(args)
  if (!order) {
    output.err(usage)
    return 2
  }
  try {
    const config = loadConfig(env)
    const store = await openExisting(config)
    try {
      return await execute(order, await sessionsIn(store, config), output)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Failure)) throw error
    output.err(error.message)
    return 1
  }
}

async function openExisting({ session }: Config): Promise<Store> {
  const { store } = session
  if (store.kind === 'memory') {
    throw new ConfigError([
      'SESSION_STORE is memory: sessions end with the process of the server; restart it',
    ])
  }
  if (store.kind === 'file' && !existsSync(join(store.folder, 'sessions.mdb'))) {
    throw new ConfigError([`SESSION_STORE names ${store.folder}, and no sessions are kept there`])
  }
  return openStore(store)
}

async function sessionsIn(store: Store, { session }: Config): Promise<Sessions> {
  const vault = await openVault(store, session, () => undefined)
  return new Sessions({
    vault,
    lifetimes: session,
    tokens: new TokenRecords(vault),
    admission: undefined,
  })
}

async function execute(order: Order, sessions: Sessions, output: Output): Promise<0 | 1> {
  if (order.verb === 'list') {
    await list(sessions, order.whom === 'person' ? order : {}, output)
    return 0
  }
  if (order.whom === 'person') return endPerson(sessions, order, output)
  await endAll(
    sessions,
    order.whom === 'session' ? onlyLiving(sessions, order.id) : sessions.names(),
    output,
  )
  return 0
}

/** Skips an ended session: `end` would end the session that replaced it, perhaps another person's. */
async function* onlyLiving(sessions: Sessions, id: string): AsyncGenerator<string> {
  if (await sessions.findLiving(id)) yield id
}

async function list(sessions: Sessions, filter: PersonFilter, { out, err }: Output): Promise<void> {
  const people = new Set((await findPeople(sessions, filter)).map(personId))
  let count = 0
  out(['id', 'user', 'object id', 'tenant', 'since', 'last seen', 'from'].join('\t'))
  for await (const session of livingSessions(sessions)) {
    if (!people.has(personId(session.record.user))) continue
    out(sessionLine(session))
    count += 1
  }
  err(`${String(count)} signed in`)
}

/** Ends the sessions of one person, under all usernames. Ends nothing if several people match. */
async function endPerson(sessions: Sessions, filter: PersonFilter, output: Output): Promise<0 | 1> {
  const people = await findPeople(sessions, filter)
  const [person] = people
  if (people.length > 1) {
    output.err(`"${plain(filter.user ?? '')}" is more than one person; nothing was ended:`)
    for (const each of people) output.err(`  ${describeUser(each)}`)
    output.err('Name one: --user <object id>, or --tenant <tenant id> beside the username.')
    return 1
  }
  const names: string[] = []
  for await (const { name, record } of livingSessions(sessions)) {
    if (person && personId(record.user) === personId(person)) names.push(name)
  }
  if (person) output.err(`${describeUser(person)}: ${String(names.length)} signed in`)
  await endAll(sessions, names, output)
  return 0
}

/** Ends unreadable sessions too: they would live again if their secret came back. */
async function endAll(
  sessions: Sessions,
  names: Iterable<string> | AsyncIterable<string>,
  { out, err }: Output,
): Promise<void> {
  let count = 0
  for await (const name of names) {
    const ended = await sessions.end(name)
    if (!ended) continue
    out(auditLine(ended))
    count += 1
  }
  err(`${String(count)} ended`)
}
