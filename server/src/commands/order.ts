import { parseArgs } from 'node:util'

/** A parsed command of the operator. */
export type Order =
  | { verb: 'list' | 'end'; whom: 'all' }
  | { verb: 'list' | 'end'; whom: 'person'; user?: string | undefined; tenant?: string | undefined }
  | { verb: 'end'; whom: 'session'; id: string }

export const usage = `Usage:
  sessions list [--user <object id or username>] [--tenant <tenant id>]   who is signed in
  sessions end --user <object id or username> [--tenant <tenant id>]      ends a person's sessions
  sessions end --id <id>                                                  ends one, as list names it
  sessions end --all                                                      ends all
It works beside a running server, which notices at the next request.`

const options = {
  user: { type: 'string' },
  tenant: { type: 'string' },
  id: { type: 'string' },
  all: { type: 'boolean' },
} as const

/** @returns undefined when the arguments are not valid */
export function parseOrder(args: string[]): Order | undefined {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const [verb, ...rest] = positionals
    if (rest.length > 0) return undefined
    if (verb === 'list') return listOrder(values)
    return verb === 'end' ? endOrder(values) : undefined
  } catch {
    return undefined
  }
}

interface Values {
  user?: string | undefined
  tenant?: string | undefined
  id?: string | undefined
  all?: boolean | undefined
}

function listOrder({ user, tenant, id, all }: Values): Order | undefined {
  if (id !== undefined || all !== undefined) return undefined
  if (user === undefined && tenant === undefined) return { verb: 'list', whom: 'all' }
  return { verb: 'list', whom: 'person', user, tenant }
}

function endOrder({ user, tenant, id, all }: Values): Order | undefined {
  if ([user, id, all].filter((value) => value !== undefined).length !== 1) return undefined
  if (user !== undefined) return { verb: 'end', whom: 'person', user, tenant }
  if (tenant !== undefined) return undefined
  return id === undefined ? { verb: 'end', whom: 'all' } : { verb: 'end', whom: 'session', id }
}
