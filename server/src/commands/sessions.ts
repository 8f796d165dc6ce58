import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/reader.ts'
import { TokenRecords } from '../tokens/token-records.ts'
import { Failure } from '../failure.ts'
import { Sessions } from '../session/sessions.ts'
import { openVault } from '../store/vault.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type Order, orderOf, usage } from './order.ts'
import { eventOf, lineOf, nameOf, plain } from './lines.ts'
import { findPeople, livingSessions, personOf, type Wanted } from './people.ts'

export interface Output {
  out: (line: string) => void
  err: (line: string) => void
}

/**
 * The operator's way to see and end sessions. Lists are tab-separated; each session that ends is
 * one line of JSON, an event of the audit log.
 * @returns the exit code: 0 done, 1 failed, 2 not understood
 */
export async function sessionsCommand(
  args: string[],
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<0 | 1 | 2> {
  const order = orderOf(args)
  if (!order) {
    output.err(usage)
    return 2
  }
  try {
    const config = loadConfig(env)
    const store = openExisting(config)
    try {
      return await obey(order, await sessionsIn(store, config), output)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Failure)) throw error
    output.err(error.message)
    return 1
  }
}

function openExisting({ session }: Config): Store {
  const { store } = session
  if (store.kind === 'memory') {
    throw new ConfigError([
      'SESSION_STORE is memory: sessions end with the process of the server; restart it',
    ])
  }
  if (!existsSync(join(store.folder, 'sessions.mdb'))) {
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

async function obey(order: Order, sessions: Sessions, output: Output): Promise<0 | 1> {
  if (order.verb === 'list') {
    await list(sessions, order.whom === 'some' ? order : {}, output)
    return 0
  }
  if (order.whom === 'some') return endPerson(sessions, order, output)
  await endAll(
    sessions,
    order.whom === 'one' ? livingName(sessions, order.id) : sessions.names(),
    output,
  )
  return 0
}

/** Only a living one: where a session has ended, another person may have signed in since. */
async function* livingName(sessions: Sessions, id: string): AsyncGenerator<string> {
  if (await sessions.findLiving(id)) yield id
}

async function list(sessions: Sessions, wanted: Wanted, { out, err }: Output): Promise<void> {
  const people = new Set((await findPeople(sessions, wanted)).map(personOf))
  let count = 0
  out(['id', 'user', 'object id', 'tenant', 'since', 'last seen', 'from'].join('\t'))
  for await (const session of livingSessions(sessions)) {
    if (!people.has(personOf(session.record.user))) continue
    out(lineOf(session))
    count += 1
  }
  err(`${String(count)} signed in`)
}

/** One person, whatever they were called when they signed in; never two. */
async function endPerson(sessions: Sessions, wanted: Wanted, output: Output): Promise<0 | 1> {
  const people = await findPeople(sessions, wanted)
  const [person] = people
  if (people.length > 1) {
    output.err(`"${plain(wanted.user ?? '')}" is more than one person; nothing was ended:`)
    for (const each of people) output.err(`  ${nameOf(each)}`)
    output.err('Name one: --user <object id>, or --tenant <tenant id> beside the username.')
    return 1
  }
  const names: string[] = []
  for await (const { name, record } of livingSessions(sessions)) {
    if (person && personOf(record.user) === personOf(person)) names.push(name)
  }
  if (person) output.err(`${nameOf(person)}: ${String(names.length)} signed in`)
  await endAll(sessions, names, output)
  return 0
}

/** Also one that no secret opens: it would live again if its secret came back. */
async function endAll(
  sessions: Sessions,
  names: Iterable<string> | AsyncIterable<string>,
  { out, err }: Output,
): Promise<void> {
  let count = 0
  for await (const name of names) {
    const ended = await sessions.end(name)
    if (!ended) continue
    out(eventOf(ended))
    count += 1
  }
  err(`${String(count)} ended`)
}
