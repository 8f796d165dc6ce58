import { groupsOf } from '../directory/groups.ts'
import type { SampleUser } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { requireScope, type Caller } from './caller.ts'
import { GraphError } from './errors.ts'

const badRequest = (code: string, message: string) => new GraphError(400, code, message)

/** @throws GraphError (403) unless the caller may read the groups of the signed-in user. */
export function requireGroupScopes(caller: Caller): void {
  const has = (...names: string[]) => names.some((name) => caller.scopes.includes(name))
  const readsAll = has('User.ReadBasic.All', 'User.Read.All')
  if (readsAll && has('GroupMember.Read.All', 'Group.Read.All')) return
  requireScope(caller, 'Authorization_RequestDenied', 'User.Read', 'Directory.Read.All')
}

/**
 * Those of the groups in the body that the user is in (Microsoft Graph, "directoryObject: checkMemberGroups").
 *
 * @throws GraphError (400) for a body of another form, more than 20 groups, or what is no object id
 */
export function memberGroups(user: SampleUser, { req, body }: Exchange): string[] {
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    throw badRequest('BadRequest', 'Write requests need a JSON Content-Type header.')
  }
  const ids = groupIdsIn(body)
  const own = groupsOf(user).map(({ id }) => id)
  return ids.filter((id) => own.includes(id.toLowerCase()))
}

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const maxIds = 20

function groupIdsIn(body: string): string[] {
  const ids = readIds(body)
  if (ids.length > maxIds) {
    throw badRequest('Request_BadRequest', `No more than ${String(maxIds)} groups can be checked.`)
  }
  return ids.map((id) => {
    if (typeof id === 'string' && guid.test(id)) return id
    throw badRequest('Request_BadRequest', `Invalid object identifier '${String(id)}'.`)
  })
}

function readIds(body: string): unknown[] {
  try {
    const { groupIds } = JSON.parse(body) as { groupIds?: unknown }
    if (Array.isArray(groupIds)) return groupIds
  } catch {
    // Malformed, as a body without the list is.
  }
  throw badRequest('BadRequest', "The parameter 'groupIds' is missing.")
}
