import type { Reply } from '../http/reply.ts'
import { requireScope } from './caller.ts'
import { GraphError } from './errors.ts'
import type { GraphCall } from './graph-call.ts'
import { odata } from './odata.ts'
import { eventsOf } from './sample-data.ts'

export function events({ caller, origin }: GraphCall): Reply {
  requireScope(caller, 'ErrorAccessDenied', 'Calendars.Read', 'Calendars.ReadWrite')
  return odata({
    '@odata.context': `${origin}/v1.0/$metadata#users('${caller.user.id}')/calendar/events`,
    value: eventsOf(caller.user),
  })
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
