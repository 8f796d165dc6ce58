import { AuthError, InteractionRequiredAuthError, ServerError } from '@azure/msal-node'
import { type Static, Type } from 'typebox'

/** Ids in an error answer of Entra: for the log and to refine advice, never to decide. */
export const EntraFacts = Type.Object({
  /** The number of an `AADSTS…` text, without the letters. */
  aadsts: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
  traceId: Type.Optional(Type.String()),
})
export type EntraFacts = Static<typeof EntraFacts>

/**
 * Why Entra gave no tokens.
 * - `unavailable`: no answer, too late, 5xx, 429, or not of the protocol
 * - `client_rejected`: it does not accept this app: its credential, or what it asks for
 * - `grant_rejected`: the code or refresh token is used up, expired or revoked
 * - `consent_required`, `interaction_required`: a person must act
 * - `nonce_mismatch`, `id_token_invalid`: the answer is not for this sign-in
 * - `device_declined`, `device_code_expired`: how a sign-in on another device can end (RFC 8628)
 * - `tenant_not_allowed`: a valid account of a tenant that is not admitted
 */
export type EntraFailureReason =
  | 'unavailable'
  | 'client_rejected'
  | 'grant_rejected'
  | 'consent_required'
  | 'interaction_required'
  | 'nonce_mismatch'
  | 'id_token_invalid'
  | 'device_declined'
  | 'device_code_expired'
  | 'tenant_not_allowed'

const fewSeconds = 5

/** The one error that leaves this room. */
export class EntraFailure extends Error {
  override readonly name = 'EntraFailure'
  readonly reason: EntraFailureReason
  readonly facts: EntraFacts
  /** Seconds to wait, when it is `unavailable`: as Entra asks, or a few. */
  readonly retryAfter: number | undefined
  /** What the next sign-in must fulfil (OpenID Connect Core section 5.5), as Entra says. */
  readonly claims: string | undefined
  /** False when the request was not sent, because Entra had asked for a pause. */
  readonly wasSent: boolean

  constructor(
    reason: EntraFailureReason,
    detail: string,
    options: {
      cause?: unknown
      facts?: EntraFacts
      retryAfter?: number | undefined
      claims?: string | undefined
      wasSent?: boolean
    } = {},
  ) {
    super(detail, { cause: options.cause })
    this.reason = reason
    this.facts = options.facts ?? {}
    this.retryAfter = options.retryAfter ?? (reason === 'unavailable' ? fewSeconds : undefined)
    this.claims = options.claims
    this.wasSent = options.wasSent ?? true
  }
}

/** For a request that is not sent, because Entra is not to be asked again yet. */
export function pausedBy(failure: EntraFailure, leftMs: number): EntraFailure {
  return new EntraFailure(failure.reason, `paused: ${failure.message}`, {
    cause: failure,
    retryAfter: Math.ceil(leftMs / 1_000),
    wasSent: false,
  })
}

/** Thrown by the network client; the only kind of foreign error that MSAL passes on as it is. */
export class IdentityProviderUnreachable extends AuthError {
  readonly retryAfter: number | undefined

  constructor(detail: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super('unreachable', '', detail)
    // AuthError sets its own prototype, which would hide this class.
    Object.setPrototypeOf(this, IdentityProviderUnreachable.prototype)
    this.cause = options.cause
    this.retryAfter = options.retryAfter
  }
}

/** Translates what MSAL and the network client throw: on the protocol's `error` and `suberror` alone. Passes on the rest. */
export function translateMsalError(error: unknown): unknown {
  if (!(error instanceof AuthError)) return error
  const facts = factsOf(error)
  const retryAfter = error instanceof IdentityProviderUnreachable ? error.retryAfter : undefined
  return new EntraFailure(
    reasonOf(error),
    detailOf(`${error.errorCode}: ${error.errorMessage}`, facts),
    {
      cause: error,
      facts,
      retryAfter,
      claims: (error instanceof InteractionRequiredAuthError && error.claims) || undefined,
    },
  )
}

function reasonOf(error: AuthError): EntraFailureReason {
  if (error.errorCode === 'nonce_mismatch') return 'nonce_mismatch'
  if (error.errorCode === 'consent_required' || error.subError === 'consent_required') {
    return 'consent_required'
  }
  if (error instanceof InteractionRequiredAuthError) return 'interaction_required'
  if (!(error instanceof ServerError)) return 'unavailable'
  switch (error.errorCode) {
    case 'invalid_grant':
      return 'grant_rejected'
    case 'invalid_client':
    case 'unauthorized_client':
    case 'invalid_request':
    case 'invalid_scope':
    case 'invalid_resource':
    case 'unsupported_grant_type':
      return 'client_rejected'
    case 'access_denied':
      return 'interaction_required'
    default:
      return 'unavailable'
  }
}

function factsOf(error: AuthError): EntraFacts {
  return { ...readEntraText(error.errorMessage), ...pick('correlationId', error.correlationId) }
}

/** For the log: with the setting of the app registration that Entra objects to. */
export function detailOf(text: string, { aadsts = '' }: EntraFacts): string {
  const isClientKind = aadsts === '700025' || aadsts === '7000218'
  return isClientKind ? `${text} (see ${publicClientSetting})` : text
}

const publicClientSetting =
  '"Allow public client flows" under Authentication of the app registration'

/** The numbers and ids that Entra writes into its `error_description`. */
export function readEntraText(text: string): EntraFacts {
  return {
    ...pick('aadsts', /\bAADSTS(\d{4,8})\b/.exec(text)?.[1]),
    ...pick('traceId', /Trace ID: ([\da-f-]{36})/i.exec(text)?.[1]),
    ...pick('correlationId', /Correlation ID: ([\da-f-]{36})/i.exec(text)?.[1]),
  }
}

function pick(name: keyof EntraFacts, value: string | undefined): EntraFacts {
  return value ? { [name]: value } : {}
}
