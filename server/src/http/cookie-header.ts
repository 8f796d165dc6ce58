import type { FastifyRequest } from 'fastify'

/**
 * The value of a cookie (RFC 6265 section 4.2). Of several cookies of the same name, the first counts.
 * No cookie of this app is quoted or percent-encoded, so the value is taken as it is.
 */
export function cookieIn({ headers }: FastifyRequest, name: string): string | undefined {
  const header = headers.cookie
  if (header === undefined) return undefined
  const start = `${name}=`
  let at = header.indexOf(start)
  while (at > 0 && !beginsPair(header, at)) at = header.indexOf(start, at + 1)
  if (at === -1) return undefined
  const end = header.indexOf(';', at)
  return header.slice(at + start.length, end === -1 ? undefined : end).trimEnd()
}

/** The names of the cookies of a request, in their order. */
export function cookieNamesIn({ headers }: FastifyRequest): string[] {
  const pairs = (headers.cookie ?? '').split(';')
  return pairs.map((pair) => pair.slice(0, Math.max(0, pair.indexOf('='))).trim())
}

function beginsPair(header: string, at: number): boolean {
  const before = header[at - 1]
  return before === ';' || (before === ' ' && header[at - 2] === ';')
}
