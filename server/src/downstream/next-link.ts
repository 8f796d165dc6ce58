import type { FastifyBaseLogger } from 'fastify'
import { parseObject } from '../json.ts'
import { apiPath, ownPath, type PathParameters } from './call-path.ts'
import type { Call } from './calls.ts'

const name = '@odata.nextLink'

/**
 * Makes the link to the next part of a list a link of this server. A link to another resource or path is
 * removed: nobody should follow it.
 * @param body JSON
 */
export function withOwnNextLink(
  body: Buffer,
  call: Call,
  values: PathParameters,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Buffer {
  const page = parseObject(body.toString()) as Record<string, unknown> | undefined
  if (!page || !Object.hasOwn(page, name)) return body
  const link = urlIn(page[name])
  const own = link && ownLink(link, call, values)
  if (link && own === undefined) {
    // Without the path, which can hold ids of people.
    const facts = { call: call.id, host: link.host }
    log.warn(facts, 'a link to the next page leads elsewhere, and is removed')
  }
  // `JSON.stringify` leaves out what is undefined.
  page[name] = own
  return Buffer.from(JSON.stringify(page))
}

function urlIn(link: unknown): URL | undefined {
  return typeof link === 'string' && URL.canParse(link) ? new URL(link) : undefined
}

function ownLink(link: URL, call: Call, values: PathParameters): string | undefined {
  const expected = new URL(call.resource + apiPath(call, values))
  const isOwn = link.origin === expected.origin && link.pathname === expected.pathname
  if (!isOwn || link.username || link.password) return undefined
  return ownPath(call, values) + without(expected.searchParams, link.search)
}

/**
 * Leaves out the query of the row, which Graph repeats in its link. This server adds it to each call, and
 * refuses it from a caller.
 */
function without(added: URLSearchParams, search: string): string {
  const others = search
    .slice(1)
    .split('&')
    .filter((pair) => {
      const [key] = new URLSearchParams(pair).keys()
      return key !== undefined && !added.has(key)
    })
  return others.length > 0 ? `?${others.join('&')}` : ''
}
