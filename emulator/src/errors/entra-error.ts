import { randomUUID } from 'node:crypto'
import { json, type Reply } from '../http/reply.ts'

interface Details {
  status?: number
  suberror?: string | undefined
  claims?: string | undefined
}

/** A refusal as Entra words it: an OAuth error code and an AADSTS number with its text. */
export class EntraError extends Error {
  override readonly name = 'EntraError'
  readonly error: string
  readonly aadsts: number
  readonly status: number
  readonly suberror: string | undefined
  readonly claims: string | undefined

  constructor(error: string, aadsts: number, message: string, details: Details = {}) {
    super(message)
    this.error = error
    this.aadsts = aadsts
    this.status = details.status ?? 400
    this.suberror = details.suberror
    this.claims = details.claims
  }
}

/** Entra's `yyyy-MM-dd HH:mm:ssZ`. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`
}

export const codeAndText = ({ aadsts, message }: EntraError): string =>
  `AADSTS${String(aadsts)}: ${message}`

/** The text of an error, with trace id, correlation id and time as Entra appends them. */
export function describe(error: EntraError, correlationId: string, traceId: string = randomUUID()) {
  return `${codeAndText(error)} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp()}`
}

/** The errors for which captured answers of Entra name a page; most have none. */
const withPage = new Set([7000215, 7000218, 7000222, 70011, 500011])

const pageOf = (aadsts: number) => `https://login.microsoftonline.com/error?code=${String(aadsts)}`

export function errorReply(error: EntraError, correlationId: string): Reply {
  const traceId = randomUUID()
  const body = {
    error: error.error,
    error_description: describe(error, correlationId, traceId),
    error_codes: [error.aadsts],
    timestamp: timestamp(),
    trace_id: traceId,
    correlation_id: correlationId,
    ...(withPage.has(error.aadsts) && { error_uri: pageOf(error.aadsts) }),
    ...(error.suberror !== undefined && { suberror: error.suberror }),
    ...(error.claims !== undefined && { claims: error.claims }),
  }
  return json(error.status, body, { 'x-ms-request-id': traceId })
}

export const missingParameter = (name: string) =>
  new EntraError(
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  )

/** @throws EntraError for the parameter of RFC 8707, which Entra does not take beside `scope`. */
export function refuseResourceParameter(params: URLSearchParams): void {
  if (!params.has('resource')) return
  throw new EntraError(
    'invalid_target',
    9010010,
    "The resource parameter provided in the request doesn't match with the requested scopes.",
  )
}

export const declined = () =>
  new EntraError('access_denied', 65004, 'User declined to consent to access the app.')

export const adminConsentMissing = () =>
  new EntraError(
    'access_denied',
    90094,
    'An administrator of your organization has to grant this permission.',
    { suberror: 'consent_required' },
  )

export const consentMissing = (clientId: string, error = 'invalid_grant') =>
  new EntraError(
    error,
    65001,
    `The user or administrator has not consented to use the application with ID '${clientId}'. Send an interactive authorization request for this user and resource.`,
    { suberror: 'consent_required' },
  )
