import type { Reply } from '../http/reply.ts'
import { requireScope } from './caller.ts'
import { GraphError } from './errors.ts'
import type { GraphCall } from './graph-call.ts'
import { profileOf } from './sample-data.ts'

/** What a member may change of the own profile (Microsoft, "Default user permissions"). */
const ownProperties = ['mobilePhone']
/** What an administrator may change besides. */
const administratorProperties = [
  'displayName',
  'givenName',
  'jobTitle',
  'officeLocation',
  'surname',
]

/** `PATCH /me` */
export function changeProfile({ state, exchange, caller, origin }: GraphCall): Reply {
  const { user } = caller
  requireScope(caller, 'Authorization_RequestDenied', 'User.ReadWrite')
  const change = changeIn(exchange.req.headers['content-type'], exchange.body)
  const known = profileOf(user, origin)
  const allowed = [...ownProperties, ...(user.administrator ? administratorProperties : [])]
  const values = new Map<string, string | null>()
  for (const [name, value] of Object.entries(change) as [string, unknown][]) {
    if (!Object.hasOwn(known, name)) {
      throw badRequest(
        `Property '${name}' does not exist as a declared property or extension property.`,
      )
    }
    if (!allowed.includes(name)) {
      const text = 'Insufficient privileges to complete the operation.'
      throw new GraphError(403, 'Authorization_RequestDenied', text)
    }
    if (value !== null && (typeof value !== 'string' || value === '' || value.length > 64)) {
      throw badRequest(`Invalid value specified for property '${name}' of resource 'User'.`)
    }
    values.set(name, value)
  }
  const earlier = state.profileChanges.get(user.id)
  state.profileChanges.set(user.id, { ...earlier, ...Object.fromEntries(values) })
  return { status: 204, headers: {}, body: '' }
}

function changeIn(type: string | undefined, body: string): object {
  if (type === undefined) {
    const text =
      'Write requests (excluding DELETE) must contain the Content-Type header declaration.'
    throw new GraphError(400, 'BadRequest', text)
  }
  const change = /^application\/json\b/i.test(type) ? parse(body) : undefined
  if (typeof change === 'object' && change !== null && !Array.isArray(change)) return change
  const text =
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.'
  throw new GraphError(400, 'BadRequest', text)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const badRequest = (text: string) => new GraphError(400, 'Request_BadRequest', text)
