import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export const securityHeaders = fp(registerHeaders, { name: 'security-headers' })

function registerHeaders(
  app: FastifyInstance,
  { secure }: { secure: boolean },
  done: () => void,
): void {
  const headers = headersOf(secure)
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(headers)
    next()
  })
  done()
}

/**
 * What every answer carries, errors too (OWASP ASVS 5.0, 3.4). A fixed table: nothing in it
 * depends on the request.
 * @param secure whether browsers come by https
 */
export function headersOf(secure: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  }
}

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // blob: for the photo, which is fetched with a header that an <img> cannot send.
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')
