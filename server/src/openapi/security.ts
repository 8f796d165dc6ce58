import { csrfHeader } from '@entra-bff/shared'
import { cookiesOf } from '../http/cookie-attributes.ts'
import type { Route } from './routes.ts'

/** The schemes that are needed together. */
type SecurityRequirement = Readonly<Record<string, readonly string[]>>

export function securitySchemes(publicUrl: string): Record<string, object> {
  return {
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: cookiesOf(publicUrl).session.name,
      description: 'The session cookie. A sign-in sets it. Scripts of a page cannot read it.',
    },
    csrf: {
      type: 'apiKey',
      in: 'header',
      name: 'X-CSRF',
      description: `The value is always "${csrfHeader.value}". A page of another origin cannot send this header. A GET of a program that is no browser needs no such header.`,
    },
  }
}

/** The alternatives, each of which suffices. Another credential, such as a bearer token, is one more. */
export function securityOf({ session, method, sendsHeader }: Route): SecurityRequirement[] {
  if (session === 'ignored') return []
  const csrf: SecurityRequirement = sendsHeader ? { csrf: [] } : {}
  const signedIn: SecurityRequirement = { session: [], ...csrf }
  if (session === 'needed') return [signedIn]
  return [method === 'get' ? {} : csrf, signedIn]
}
