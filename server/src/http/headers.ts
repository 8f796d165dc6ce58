import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface HeaderOptions {
  /** Whether browsers come by https. */
  secure: boolean
  authority: string | undefined
}

export const securityHeaders = fp(registerHeaders, { name: 'security-headers' })

function registerHeaders(app: FastifyInstance, options: HeaderOptions, done: () => void): void {
  const headers = headersOf(options)
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(headers)
    next()
  })
  done()
}

/**
 * What every answer carries, errors too (OWASP ASVS 5.0, 3.4). A fixed table: nothing in it
 * depends on the request.
 */
export function headersOf(options: HeaderOptions): Readonly<Record<string, string>> {
  const { secure, authority } = options
  return {
    // What may be kept says so itself.
    'cache-control': 'no-store',
    'content-security-policy': contentSecurityPolicy(authority),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Not no-referrer: with that, a browser hides from this server that a form is its own.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  }
}

function contentSecurityPolicy(authority: string | undefined): string {
  // Signing out by a form is redirected to Entra, and browsers hold redirects to this, too.
  const formTargets = authority === undefined ? "'self'" : `'self' ${new URL(authority).origin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // blob: for the photo, which is fetched with a header that an <img> cannot send.
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    `form-action ${formTargets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    // Text becomes markup or script through Vue's own policy alone (W3C Trusted Types).
    "require-trusted-types-for 'script'",
    'trusted-types vue',
  ].join('; ')
}
