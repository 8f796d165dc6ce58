import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export const securityHeaders = fp(registerHeaders, { name: 'security-headers' })

async function registerHeaders(
  app: FastifyInstance,
  { headers }: { headers: Readonly<Record<string, string>> },
): Promise<void> {
  // Hooks that run on every request take a callback: an async hook costs a promise each time.
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(headers)
    next()
  })
}

/**
 * Headers of every answer, also of errors (OWASP ASVS 5.0, 3.4). No request changes them.
 * @param secure true when browsers use https
 */
export function headersOf(secure: boolean): Readonly<Record<string, string>> {
  return {
    // Cacheable answers override this header.
    'cache-control': 'no-store',
    'content-security-policy': policyOfData,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // With no-referrer, browsers would send `Origin: null` with a form of this app.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  }
}

/** For every answer but the page: such an answer loads nothing, posts nothing, and stands in no frame. */
const policyOfData =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The Content-Security-Policy of the page. */
export function pagePolicy(authority: string | undefined): string {
  // The form that signs out is redirected to Entra, and browsers apply form-action to redirects too.
  const formTargets = authority === undefined ? "'self'" : `'self' ${new URL(authority).origin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // blob: the page fetches the photo with the X-CSRF header, which an <img> cannot send.
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    `form-action ${formTargets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    // Only Vue's policy may turn text into markup or script (W3C Trusted Types).
    "require-trusted-types-for 'script'",
    'trusted-types vue',
  ].join('; ')
}
