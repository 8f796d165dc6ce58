import { type Static, Type } from 'typebox'

/** Ids in an error answer of Entra. They are logged and refine the advice. They decide nothing else. */
export const EntraFacts = Type.Object({
  /** The number of an `AADSTS…` text, without the letters. */
  aadsts: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  traceId: Type.Optional(Type.String()),
})
export type EntraFacts = Static<typeof EntraFacts>

/**
 * Why Entra gave no tokens.
 * - `unavailable`: no answer in time, 5xx, 429, or an answer that breaks the protocol
 * - `client_rejected`: Entra refuses this app: its credential, or its request
 * - `grant_rejected`: the code or refresh token is used up, expired or revoked
 * - `consent_required`, `interaction_required`: the user must act
 * - `access_denied`: the user or a policy refused
 * - `device_code_expired`: nobody typed the user code in time (RFC 8628)
 * - `nonce_mismatch`, `id_token_invalid`: the answer is not for this sign-in
 * - `tenant_not_allowed`: a valid account of a tenant that is not admitted
 */
export type EntraFailureReason =
  | 'unavailable'
  | 'client_rejected'
  | 'grant_rejected'
  | 'consent_required'
  | 'interaction_required'
  | 'access_denied'
  | 'device_code_expired'
  | 'nonce_mismatch'
  | 'id_token_invalid'
  | 'tenant_not_allowed'

const defaultRetryAfterSeconds = 5

/** The error that `entra/` throws to the rest of the server. */
export class EntraFailure extends Error {
  override readonly name = 'EntraFailure'
  readonly reason: EntraFailureReason
  readonly facts: EntraFacts
  /** With `unavailable`: seconds to wait, as Entra asks or by default. */
  readonly retryAfterSeconds: number | undefined
  /** The claims that Entra wants the next sign-in to fulfill (OpenID Connect Core section 5.5). */
  readonly claims: string | undefined
  /** False when the request was not sent, because Entra had asked for a pause. */
  readonly wasSent: boolean

  constructor(
    reason: EntraFailureReason,
    detail: string,
    options: {
      cause?: unknown
      facts?: EntraFacts
      retryAfterSeconds?: number | undefined
      claims?: string | undefined
      wasSent?: boolean
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.reason = reason
    this.facts = options.facts ?? {}
    this.retryAfterSeconds =
      options.retryAfterSeconds ?? (reason === 'unavailable' ? defaultRetryAfterSeconds : undefined)
    this.claims = options.claims
    this.wasSent = options.wasSent ?? true
  }
}

/** The failure of a request that is not sent, because an earlier failure asked for a pause. */
export function pausedBy(failure: EntraFailure, leftMs: number): EntraFailure {
  return new EntraFailure(failure.reason, `paused: ${failure.message}`, {
    cause: failure,
    retryAfterSeconds: Math.ceil(leftMs / 1_000),
    wasSent: false,
  })
}

/** A text for the log. Names the setting of the app registration when Entra refused the kind of client. */
export function detailOf(text: string, { aadsts = '' }: EntraFacts): string {
  const isClientKind = aadsts === '700025' || aadsts === '7000218'
  return isClientKind ? `${text} (see ${publicClientSetting})` : text
}

const publicClientSetting =
  '"Allow public client flows" under Authentication of the app registration'

/** @param description the `error_description` of an answer: Entra writes its numbers and ids there */
export function readErrorText(description: unknown): EntraFacts {
  const text = typeof description === 'string' ? description : ''
  return {
    ...pick('aadsts', /\bAADSTS(\d{4,8})\b/.exec(text)?.[1]),
    ...pick('traceId', /Trace ID: ([\da-f-]{36})/i.exec(text)?.[1]),
    ...pick('correlationId', /Correlation ID: ([\da-f-]{36})/i.exec(text)?.[1]),
  }
}

function pick(name: keyof EntraFacts, value: string | undefined): EntraFacts {
  return value ? { [name]: value } : {}
}
