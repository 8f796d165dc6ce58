import { csrfHeader } from '@entra-bff/shared'
import type { FastifyRequest } from 'fastify'
import { Failure } from '../failure.ts'

/** Characters of a header that is logged. */
const longestLogged = 100

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses what a page of another origin made the browser send (RFC 10017 section 6.1, OWASP
 * "Cross-Site Request Forgery Prevention": custom header and fetch metadata).
 *
 * A safe request without any trace of a browser passes without the header, so that a script with a
 * cookie jar can read; an unsafe one never.
 * @throws {Failure} `csrf_failed`
 */
export function checkOrigin(
  request: FastifyRequest,
  publicUrl: string,
  hasSessionCookie: boolean,
): void {
  const { origin, referer, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== publicUrl)
    throw refusal(`Origin ${origin.slice(0, longestLogged)}`)
  if (site === 'cross-site') throw refusal('Sec-Fetch-Site: cross-site')
  if (site === 'same-site' && origin !== publicUrl) throw refusal('Sec-Fetch-Site: same-site')
  if (request.headers[csrfHeader.name] === csrfHeader.value) return
  const fromBrowser = [origin, referer, site].some((value) => value !== undefined)
  const isSafe = safeMethods.has(request.method)
  if (isSafe && !(hasSessionCookie && fromBrowser)) return
  throw refusal('no X-CSRF header')
}

/**
 * For what cannot carry a header, a form post or an event stream: the browser itself says that it
 * comes from here.
 * @throws {Failure} `csrf_failed`
 */
export function checkSameOrigin(request: FastifyRequest, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === undefined ? origin === publicUrl : site === 'same-origin') return
  const isScript = origin === undefined && site === undefined
  if (isScript && request.headers[csrfHeader.name] === csrfHeader.value) return
  throw refusal('not from a page of this app')
}

function refusal(reason: string): Failure {
  return new Failure('csrf_failed', reason)
}
