import { GraphError } from './errors.ts'

interface Page {
  /** Where the page begins and ends in the whole list. */
  start: number
  end: number
}

/** Events of a page, when `$top` says nothing (Microsoft Graph, "List events"). */
const defaultPageSize = 10

export function pageIn(query: URLSearchParams): Page {
  const start = numberIn(query, '$skip') ?? 0
  return { start, end: start + (numberIn(query, '$top') ?? defaultPageSize) }
}

function numberIn(query: URLSearchParams, name: '$top' | '$skip'): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw notUnderstood(`Invalid value '${text}' for ${name} query option found.`)
}

/** Whether `$orderby` asks for an order, and which. Graph sorts by more than the start; this does not. */
export function orderIn(query: URLSearchParams): 'asc' | 'desc' | undefined {
  const text = query.get('$orderby')
  if (text === null) return undefined
  const [, property, order = 'asc'] = /^(\S+)(?: +(asc|desc))?$/i.exec(text) ?? []
  if (property === 'start/dateTime') return order.toLowerCase() === 'desc' ? 'desc' : 'asc'
  throw notUnderstood(`Could not sort events by '${text}'.`)
}

/** The members of an event that `$select` asks for. Graph adds the id and the ETag. */
export function selectedBy<Event extends object>(query: URLSearchParams) {
  const names = query.get('$select')?.split(',') ?? []
  const wanted = new Set(['@odata.etag', 'id', ...names.map((name) => name.trim())])
  return (event: Event): Partial<Event> => {
    if (names.length === 0) return event
    const members = Object.entries(event).filter(([name]) => wanted.has(name))
    return Object.fromEntries(members) as Partial<Event>
  }
}

/**
 * The window of a calendar view, in milliseconds since 1970.
 * @throws GraphError (400) without both ends: Microsoft Graph, "List calendarView"
 */
export function windowIn(query: URLSearchParams): { from: number; to: number } {
  return { from: timeIn(query, 'StartDateTime'), to: timeIn(query, 'EndDateTime') }
}

function timeIn(query: URLSearchParams, name: 'StartDateTime' | 'EndDateTime'): number {
  const [, text] = [...query].find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? []
  if (text === undefined) {
    throw new GraphError(
      400,
      'ErrorInvalidParameter',
      'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.',
    )
  }
  // A time without an offset is UTC.
  const zoned = /(T.*(Z|[+-]\d\d:\d\d)|^[^T]+)$/.test(text) ? text : `${text}Z`
  const time = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(zoned) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new GraphError(400, 'ErrorInvalidParameter', `The value of parameter '${name}' is invalid.`)
}

function notUnderstood(message: string): GraphError {
  return new GraphError(400, 'RequestBroker--ParseUri', message)
}
