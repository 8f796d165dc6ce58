import { type Static, Type } from 'typebox'

/** The `code` of each failure of a sign-in. Texts may change. Codes do not. */
export const signInErrorCodes = [
  'state_missing',
  'state_mismatch',
  'state_expired',
  'state_replayed',
  'nonce_mismatch',
  'id_token_invalid',
  'tenant_not_allowed',
  'access_denied',
  'admin_consent_required',
  'not_assigned',
  'wrong_account',
  'interaction_required',
  'blocked_by_policy',
  'account_unusable',
  'sign_in_expired',
  'device_code_expired',
  'app_misconfigured',
  'loop_detected',
  'identity_provider_unavailable',
  'service_unavailable',
  'consent_declined',
  'step_up_failed',
  'signed_out_meanwhile',
  'invalid_request',
  'rate_limited',
  'sign_in_failed',
] as const
export type SignInErrorCode = (typeof signInErrorCodes)[number]

/** A path of this origin, and the text of the link. */
const Link = Type.Object({ href: Type.String(), label: Type.String() })

/** The body of `GET /api/errors/{ref}`: why a sign-in of this browser failed, and what to do. */
export const SignInError = Type.Object({
  ref: Type.String(),
  code: Type.Enum(signInErrorCodes),
  title: Type.String(),
  detail: Type.String(),
  /** Entra's error number without the letters `AADSTS`, if Entra gave one: `65004`. */
  aadsts: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  traceId: Type.Optional(Type.String()),
  /** ISO 8601, UTC. */
  timestamp: Type.String(),
  /** The next step. The browser must navigate to this link. */
  retry: Link,
  /**
   * The page that needed a further permission or a step-up, if a signed-in person did not give just
   * that. Then `back` is the main action, and `retry` asks for it again.
   */
  back: Type.Optional(Link),
})
export type SignInError = Static<typeof SignInError>
