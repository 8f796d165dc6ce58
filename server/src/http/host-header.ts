import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Failure } from '../failure.ts'

/** Characters of a host and a port (RFC 3986 section 3.2.2). */
const hostAndPort = /^[\w.~!$&'()*+,;=%:[\]-]*$/

/**
 * Refuses requests without exactly one valid `Host` header (RFC 9112 section 3.2). Node alone would
 * answer a missing header without the security headers, and take the first of two `Host` headers.
 */
export const hostHeader = fp(registerHostHeader, { name: 'host-header' })

async function registerHostHeader(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', (request, _reply, next) => {
    const problem = problemWith(request)
    if (problem === undefined) next()
    else next(new Failure('invalid_request', problem, { publicDetail: problem }))
  })
}

function problemWith({ raw }: FastifyRequest): string | undefined {
  const count = countHosts(raw.rawHeaders)
  if (count > 1) return 'The request has more than one Host header.'
  const isHttp10 = raw.httpVersion === '1.0'
  if (count === 0) return isHttp10 ? undefined : 'The request has no Host header.'
  return hostAndPort.test(raw.headers.host ?? '') ? undefined : 'The Host header is not a host.'
}

/** @param rawHeaders names and values in turn. A loop, because this runs on each request. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
