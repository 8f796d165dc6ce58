import type { ProblemCode } from '@entra-bff/shared'
import type { DocumentedHeader } from '../http/route-doc.ts'

/** OpenAPI's header objects. */
export const headers: Readonly<Record<DocumentedHeader | 'Cache-Control', object>> = {
  'Cache-Control': {
    description: 'No answer may be kept.',
    required: true,
    schema: { const: 'no-store' },
  },
  Location: {
    description: 'Where to go, or the path of what was made.',
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds until the next try, where they are known.',
    schema: { type: 'integer', minimum: 0 },
    example: 30,
  },
  ETag: {
    description: 'The version of the body, for `If-None-Match`. The API sets it.',
    schema: { type: 'string' },
  },
  'request-id': {
    description: 'The id of the call in the log of the API.',
    schema: { type: 'string' },
  },
  'client-request-id': {
    description: 'The correlation id of the call, as the API repeats it.',
    schema: { type: 'string' },
  },
  'WWW-Authenticate': {
    description: 'What the next sign-in must fulfill (RFC 9470).',
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'The name of the download, as the API gives it.',
    schema: { type: 'string' },
  },
  'Content-Length': {
    description: 'The number of bytes, where the API tells it.',
    schema: { type: 'integer', minimum: 0 },
  },
  'Clear-Site-Data': {
    description: 'Tells the browser to forget what it keeps of the app.',
    schema: { type: 'string' },
  },
}

/** The headers that a problem can have, by its code. */
export const headersByCode: Readonly<Partial<Record<ProblemCode, DocumentedHeader>>> = {
  insufficient_user_authentication: 'WWW-Authenticate',
  rate_limited: 'Retry-After',
  upstream_throttled: 'Retry-After',
  upstream_error: 'Retry-After',
  identity_provider_unavailable: 'Retry-After',
}
