import type { Reply } from '../http/reply.ts'
import { requireScope } from './caller.ts'
import { GraphError } from './errors.ts'
import { orderIn, pageIn, selectedBy, windowIn } from './event-query.ts'
import type { GraphCall } from './graph-call.ts'
import { odata } from './odata.ts'
import { eventsOf, type SampleEvent } from './sample-data.ts'

/** All events of the calendar, of the past too. */
export function events(call: GraphCall): Reply {
  requireCalendar(call)
  return pageOf(call, 'events', eventsOf(call.caller.user))
}

/** The events in a window of time: those that end after it begins, and begin before it ends. */
export function calendarView(call: GraphCall): Reply {
  requireCalendar(call)
  const { from, to } = windowIn(call.exchange.query)
  const all = eventsOf(call.caller.user)
  const inWindow = all.filter(({ start, end }) => timeOf(end) > from && timeOf(start) < to)
  return pageOf(call, 'calendarView', inWindow)
}

function requireCalendar({ caller }: GraphCall): void {
  requireScope(caller, 'ErrorAccessDenied', 'Calendars.Read', 'Calendars.ReadWrite')
}

function timeOf({ dateTime }: SampleEvent['start']): number {
  return Date.parse(`${dateTime}Z`)
}

function pageOf({ caller, exchange, origin }: GraphCall, name: string, all: SampleEvent[]): Reply {
  const { path, query } = exchange
  const { start, end } = pageIn(query)
  const next = new URLSearchParams(query)
  next.set('$skip', String(end))
  return odata({
    '@odata.context': `${origin}/v1.0/$metadata#users('${caller.user.id}')/calendar/${name}`,
    ...(end < all.length && { '@odata.nextLink': `${origin}${path}?${next.toString()}` }),
    value: sorted(all, orderIn(query)).slice(start, end).map(selectedBy(query)),
  })
}

function sorted(all: SampleEvent[], order: 'asc' | 'desc' | undefined): SampleEvent[] {
  if (!order) return all
  const sign = order === 'asc' ? 1 : -1
  return all.toSorted((one, other) => sign * (timeOf(one.start) - timeOf(other.start)))
}

export function event(call: GraphCall): Reply {
  requireCalendar(call)
  const { exchange, caller, origin } = call
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
