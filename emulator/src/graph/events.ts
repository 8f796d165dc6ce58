import type { Reply } from '../http/reply.ts'
import { requireScope } from './caller.ts'
import { GraphError } from './errors.ts'
import type { GraphCall } from './graph-call.ts'
import { odata } from './odata.ts'
import { eventsOf } from './sample-data.ts'

/** Events of a page, when `$top` says nothing (Microsoft Graph, "List events"). */
const defaultPageSize = 10

export function events({ caller, exchange, origin }: GraphCall): Reply {
  requireScope(caller, 'ErrorAccessDenied', 'Calendars.Read', 'Calendars.ReadWrite')
  const { path, query } = exchange
  const top = numberIn(query, '$top') ?? defaultPageSize
  const end = (numberIn(query, '$skip') ?? 0) + top
  const all = eventsOf(caller.user)
  const next = `${origin}${path}?%24top=${String(top)}&%24skip=${String(end)}`
  return odata({
    '@odata.context': `${origin}/v1.0/$metadata#users('${caller.user.id}')/calendar/events`,
    ...(end < all.length && { '@odata.nextLink': next }),
    value: all.slice(end - top, end),
  })
}

function numberIn(query: URLSearchParams, name: '$top' | '$skip'): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (/^\d{1,6}$/.test(text)) return Number(text)
  const message = `Invalid value '${text}' for ${name} query option found.`
  throw new GraphError(400, 'RequestBroker--ParseUri', message)
}

export function event({ exchange, caller, origin }: GraphCall): Reply {
  requireScope(caller, 'ErrorAccessDenied', 'Calendars.Read', 'Calendars.ReadWrite')
  const wanted = (exchange.path.split('/').at(-1) ?? '').replace(/%3D/gi, '=')
  // Each id of Exchange begins with the version of its form.
  if (!wanted.startsWith('AAMk')) {
    throw new GraphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.')
  }
  const found = eventsOf(caller.user).find(({ id }) => id === wanted)
  if (!found) {
    const text = 'The specified object was not found in the store.'
    throw new GraphError(404, 'ErrorItemNotFound', text)
  }
  const context = `${origin}/v1.0/$metadata#users('${caller.user.id}')/events/$entity`
  return odata({ '@odata.context': context, ...found })
}
