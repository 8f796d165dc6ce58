import { randomUUID } from 'node:crypto'
import { json, type Reply } from '../http/reply.ts'

interface Details {
  /** The HTTP status of a JSON answer; 400 when absent. */
  status?: number
  suberror?: string | undefined
  claims?: string | undefined
}

/** An error of Entra: an OAuth error code, and an AADSTS number with its text. */
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

/** The current time as Entra writes it: `yyyy-MM-dd HH:mm:ssZ`. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`
}

export const codeAndText = ({ aadsts, message }: EntraError): string =>
  `AADSTS${String(aadsts)}: ${message}`

/** The `error_description`: number and text, then trace id, correlation id and time. */
export function describe(error: EntraError, correlationId: string, traceId: string = randomUUID()) {
  return `${codeAndText(error)} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp()}`
}

/** AADSTS numbers with an `error_uri` in captured answers of Entra. Few other numbers have one. */
const numbersWithUri = new Set([7000215, 7000218, 7000222, 70011, 500011, 50076, 53003])

const errorUri = (aadsts: number) =>
  `https://login.microsoftonline.com/error?code=${String(aadsts)}`

/** The error as JSON (RFC 6749 section 5.2), with the members that Entra adds. */
export function errorReply(error: EntraError, correlationId: string): Reply {
  const traceId = randomUUID()
  const body = {
    error: error.error,
    error_description: describe(error, correlationId, traceId),
    error_codes: [error.aadsts],
    timestamp: timestamp(),
    trace_id: traceId,
    correlation_id: correlationId,
    ...(numbersWithUri.has(error.aadsts) && { error_uri: errorUri(error.aadsts) }),
    ...(error.suberror !== undefined && { suberror: error.suberror }),
    ...(error.claims !== undefined && { claims: error.claims }),
  }
  return json(error.status, body, { 'x-ms-request-id': traceId })
}
