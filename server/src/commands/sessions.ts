import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AuditEvent } from '../audit.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/reader.ts'
import { TokenRecords } from '../entra/token-records.ts'
import { Failure } from '../failure.ts'
import { type LiveSession, Sessions } from '../session/sessions.ts'
import { type SessionRecord, whoOf } from '../session/record.ts'
import { openKeys } from '../store/keys.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'

export interface Output {
  out: (line: string) => void
  err: (line: string) => void
}

const usage = `Usage:
  sessions list [--user <username or object id>]   who is signed in
  sessions end --user <username or object id>      ends a person's sessions
  sessions end --id <id>                           ends one, as list names it
  sessions end --all                               ends all
It works beside a running server, which notices at the next request.`

type Filter = (session: LiveSession) => boolean
interface Order {
  verb: 'list' | 'end'
  filter: Filter
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
      await obey(order, await sessionsIn(store, config), output)
    } finally {
      await store.close()
    }
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof Failure)) throw error
    output.err(error.message)
    return 1
  }
}

function orderOf(args: string[]): Order | undefined {
  const options = {
    user: { type: 'string' },
    id: { type: 'string' },
    all: { type: 'boolean' },
  } as const
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [verb, ...rest] = positionals
    const { user, id, all } = values
    const named = [user, id, all].filter((value) => value !== undefined).length
    const isList = verb === 'list' && named <= 1 && !all && id === undefined
    const isEnd = verb === 'end' && named === 1
    if (rest.length > 0 || !(isList || isEnd)) return undefined
    if (user !== undefined) return { verb, filter: isOf(user) }
    if (id !== undefined) return { verb, filter: ({ key }) => key === id }
    return { verb, filter: everyone }
  } catch {
    return undefined
  }
}

const everyone: Filter = () => true

function isOf(name: string): Filter {
  const wanted = name.toLowerCase()
  return ({ record }) =>
    record.user.username.toLowerCase() === wanted || record.user.id.toLowerCase() === wanted
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
  const { ring, names } = await openKeys(store, session)
  return new Sessions({
    store,
    ring,
    names,
    lifetimes: session,
    tokens: new TokenRecords(store, ring),
    admission: undefined,
  })
}

async function obey({ verb, filter }: Order, sessions: Sessions, output: Output): Promise<void> {
  let count = 0
  if (verb === 'list')
    output.out(['id', 'user', 'object id', 'since', 'last seen', 'from'].join('\t'))
  for await (const key of sessions.keys()) {
    const session = await sessions.living(key)
    // With --all also one that no secret opens: it would live again if its secret came back.
    const isMeant = session ? filter(session) : filter === everyone
    if (!isMeant) continue
    if (verb === 'end') {
      const ended = await sessions.end(key)
      if (ended) output.out(eventOf(ended.key, ended.record))
      count += ended ? 1 : 0
    } else if (session) {
      output.out(lineOf(session))
      count += 1
    }
  }
  output.err(verb === 'list' ? `${String(count)} signed in` : `${String(count)} ended`)
}

function lineOf({ key, record }: LiveSession): string {
  const { user, createdAt, lastSeenAt, ip } = record
  const times = [createdAt, lastSeenAt].map((time) => new Date(time).toISOString())
  const cells = [key, user.username, user.id, ...times, ip]
  // A foreign directory can put anything into a name.
  return cells.map((cell) => cell.replace(/\p{Cc}/gu, '?')).join('\t')
}

function eventOf(key: string, record: SessionRecord): string {
  const event: AuditEvent = { audit: 'session_ended', cause: 'operator', ...whoOf(key, record) }
  return JSON.stringify({ time: Date.now(), ...event })
}
