import { parseObject } from '../json.ts'
import { apiPath, ownPath, type PathParameters } from './call-path.ts'
import type { Call } from './calls.ts'

const name = '@odata.nextLink'

/**
 * Makes the link to the next part of a list a link of this server. A link to another resource or path is
 * removed: nobody should follow it.
 * @param body JSON
 */
export function withOwnNextLink(body: Buffer, call: Call, values: PathParameters): Buffer {
  const page = parseObject(body.toString()) as Record<string, unknown> | undefined
  if (!page || !Object.hasOwn(page, name)) return body
  // `JSON.stringify` leaves out what is undefined.
  page[name] = ownLink(page[name], call, values)
  return Buffer.from(JSON.stringify(page))
}

function ownLink(link: unknown, call: Call, values: PathParameters): string | undefined {
  if (typeof link !== 'string' || !URL.canParse(link)) return undefined
  const { origin, pathname, search, username, password } = new URL(link)
  const expected = new URL(call.resource + apiPath(call, values))
  const isOwn = origin === expected.origin && pathname === expected.pathname
  return isOwn && !username && !password ? ownPath(call, values) + search : undefined
}
