import type { EndpointName } from '../endpoint-names.ts'
import type { Exchange } from '../http/exchange.ts'
import type { Reply } from '../http/reply.ts'
import type { EntraState } from '../state.ts'
import { callerOf, requireScope } from './caller.ts'
import { answerOrGraphError, GraphError } from './errors.ts'
import { calendarView, event, events } from './events.ts'
import type { GraphCall } from './graph-call.ts'
import { message } from './message.ts'
import { odata } from './odata.ts'
import { photoOf, photoSizes } from './photos.ts'
import { memberGroups, requireGroupScopes } from './member-groups.ts'
import { changeProfile } from './profile-change.ts'
import { membershipsOf, profileOf } from './sample-data.ts'

interface GraphRoute {
  endpoint: EndpointName
  method: 'GET' | 'PATCH' | 'POST'
  path: RegExp
  answer: (call: GraphCall) => Reply
}

/** The resources of Graph: one row for each. */
const routes: GraphRoute[] = [
  { endpoint: 'me', method: 'GET', path: /^\/v1\.0\/me$/, answer: profile },
  { endpoint: 'me', method: 'PATCH', path: /^\/v1\.0\/me$/, answer: changeProfile },
  {
    endpoint: 'photo',
    method: 'GET',
    path: /^\/v1\.0\/me\/photos?\/(\d+x\d+\/)?\$value$/,
    answer: photo,
  },
  {
    endpoint: 'events',
    method: 'GET',
    path: /^\/v1\.0\/me\/(calendar\/)?events$/,
    answer: events,
  },
  {
    endpoint: 'events',
    method: 'GET',
    path: /^\/v1\.0\/me\/(calendar\/)?calendarView$/,
    answer: calendarView,
  },
  {
    endpoint: 'event',
    method: 'GET',
    path: /^\/v1\.0\/me\/(calendar\/)?events\/[^/]+$/,
    answer: event,
  },
  {
    endpoint: 'message',
    method: 'GET',
    path: /^\/v1\.0\/me\/messages\/[^/]+\/\$value$/,
    answer: message,
  },
  { endpoint: 'memberOf', method: 'GET', path: /^\/v1\.0\/me\/memberOf$/, answer: memberOf },
  {
    endpoint: 'checkMemberGroups',
    method: 'POST',
    path: /^\/v1\.0\/me\/checkMemberGroups$/,
    answer: checkMemberGroups,
  },
]

const decoded = (path: string) => path.replace(/%24/gi, '$')

/** The endpoint of a path below `/v1.0/`. An unknown path belongs to `graph`. */
export function graphEndpoint(path: string): EndpointName {
  return routes.find((route) => route.path.test(decoded(path)))?.endpoint ?? 'graph'
}

export function answerGraph(state: EntraState, exchange: Exchange): Promise<Reply> {
  return answerOrGraphError(exchange, async () => {
    const caller = await callerOf(exchange, state)
    const found = routes.filter(({ path }) => path.test(decoded(exchange.path)))
    if (found.length === 0) {
      const text = `Resource not found for the segment '${exchange.path}'.`
      throw new GraphError(400, 'BadRequest', text)
    }
    const route = found.find(({ method }) => method === exchange.method)
    if (!route) {
      const text = 'Specified HTTP method is not allowed for the request target.'
      throw new GraphError(405, 'Request_BadRequest', text)
    }
    return route.answer({ state, exchange, caller, origin: state.graphOrigin })
  })
}

function profile({ state, caller, origin }: GraphCall): Reply {
  requireScope(caller, 'Authorization_RequestDenied', 'User.Read', 'User.ReadWrite')
  const { user } = caller
  return odata({ ...profileOf(user, origin), ...state.profileChanges.get(user.id) })
}

function photo({ caller, exchange }: GraphCall): Reply {
  requireScope(caller, 'ErrorAccessDenied', 'User.Read', 'User.ReadWrite')
  const size = Number(/\/(?<size>\d+)x/.exec(exchange.path)?.groups?.['size'] ?? 240)
  const found = photoSizes.includes(size) ? photoOf(caller.user) : undefined
  if (!found) {
    throw new GraphError(
      404,
      'ImageNotFound',
      "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
    )
  }
  const headers = { etag: found.etag, 'cache-control': 'private, max-age=0' }
  if (exchange.req.headers['if-none-match'] === found.etag)
    return { status: 304, headers, body: '' }
  return { status: 200, headers: { ...headers, 'content-type': 'image/jpeg' }, body: found.bytes }
}

const defaultPageSize = 5

function memberOf({ caller, exchange, origin }: GraphCall): Reply {
  requireScope(caller, 'Authorization_RequestDenied', 'GroupMember.Read.All', 'Directory.Read.All')
  const { query } = exchange
  const top = Math.min(
    Math.max(Math.trunc(Number(query.get('$top') ?? defaultPageSize)) || 1, 1),
    999,
  )
  const start = Number(Buffer.from(query.get('$skiptoken') ?? '', 'base64url').toString() || 0)
  if (!Number.isSafeInteger(start)) throw new GraphError(400, 'BadRequest', 'Invalid skip token.')
  const all = membershipsOf(caller.user)
  const token = Buffer.from(String(start + top)).toString('base64url')
  const next = `${origin}/v1.0/me/memberOf?$top=${String(top)}&$skiptoken=${token}`
  return odata({
    '@odata.context': `${origin}/v1.0/$metadata#directoryObjects`,
    ...(start + top < all.length && { '@odata.nextLink': next }),
    value: all.slice(start, start + top),
  })
}

function checkMemberGroups({ caller, exchange, origin }: GraphCall): Reply {
  requireGroupScopes(caller)
  return odata({
    '@odata.context': `${origin}/v1.0/$metadata#Collection(Edm.String)`,
    value: memberGroups(caller.user, exchange),
  })
}
