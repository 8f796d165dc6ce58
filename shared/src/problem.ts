import { type Static, Type } from 'typebox'

/** The `code` of each `application/problem+json` answer. Texts may change. Codes do not. */
export const problemCodes = [
  'invalid_request',
  'not_signed_in',
  'session_expired',
  'session_revoked',
  'reauthentication_required',
  'claims_challenge',
  'insufficient_user_authentication',
  'csrf_failed',
  'consent_required',
  'forbidden',
  'not_found',
  'method_disabled',
  'method_not_allowed',
  'not_ready',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'upstream_throttled',
  'internal_error',
  'upstream_error',
  'upstream_too_large',
  'config_missing',
  'identity_provider_unavailable',
  'store_unavailable',
  'upstream_timeout',
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** RFC 9457 problem details with a stable `code`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.Enum(problemCodes),
  detail: Type.String(),
  /** Identifies the request in the server's log. */
  correlationId: Type.String(),
  /** The sign-in that solves the problem. The browser must navigate to it: a fetch cannot sign in. */
  login: Type.Optional(Type.Object({ href: Type.String() })),
})
export type Problem = Static<typeof Problem>
