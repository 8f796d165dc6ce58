import { csrfHeader } from '@entra-bff/shared'
import type { FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True for a route that a browser calls without the X-CSRF header: an `EventSource` cannot send it. */
    sendsNoHeader?: boolean
  }
}

/** Characters of a header that are logged. */
const maxLoggedCharacters = 100

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a request that a page of another origin made the browser send (RFC 10017 section 6.1, OWASP
 * "Cross-Site Request Forgery Prevention": custom header and fetch metadata).
 *
 * A safe request needs the X-CSRF header only with a session cookie and a trace of a browser, so that
 * a script with a cookie jar can read. An unsafe request always needs the header.
 * @throws {Failure} `csrf_failed`
 */
export function checkCsrf(
  request: FastifyRequest,
  publicUrl: string,
  hasSessionCookie: boolean,
): void {
  if (request.routeOptions.config.sendsNoHeader) {
    checkSameOrigin(request, publicUrl)
    return
  }
  const { origin, referer, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== publicUrl)
    throw csrfFailure(`Origin ${origin.slice(0, maxLoggedCharacters)}`)
  if (site === 'cross-site') throw csrfFailure('Sec-Fetch-Site: cross-site')
  if (site === 'same-site' && origin !== publicUrl) throw csrfFailure('Sec-Fetch-Site: same-site')
  if (request.headers[csrfHeader.name] === csrfHeader.value) return
  const fromBrowser = [origin, referer, site].some((value) => value !== undefined)
  const isSafe = safeMethods.has(request.method)
  if (isSafe && !(hasSessionCookie && fromBrowser)) return
  throw csrfFailure('no X-CSRF header')
}

/**
 * The check for a form post or an event stream, which cannot carry the X-CSRF header: the browser
 * itself says that the request comes from a page of this origin.
 * @throws {Failure} `csrf_failed`
 */
export function checkSameOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === undefined ? origin === publicUrl : site === 'same-origin') return
  const isScript = origin === undefined && site === undefined
  if (isScript && request.headers[csrfHeader.name] === csrfHeader.value) return
  throw csrfFailure('not from a page of this app')
}

function csrfFailure(reason: string): Failure {
  return new Failure('csrf_failed', reason)
}
