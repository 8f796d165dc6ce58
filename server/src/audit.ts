import type { SignInMethod } from '@entra-bff/shared'
import type { FastifyRequest } from 'fastify'
import { addressOf } from './address.ts'

/** Whom it concerns. */
interface Who {
  /** Tenant id (`tid`). */
  tenant?: string
  /** Object id (`oid`). */
  user?: string
  /** Name of the session's record: a keyed hash, never the cookie. */
  session?: string
}

/** What Entra's support asks for. */
interface EntraIds {
  aadsts?: string
  correlationId?: string
  traceId?: string
}

type Event =
  | { audit: 'signed_in'; method: SignInMethod }
  | { audit: 'sign_in_failed'; method: SignInMethod; code: string; entra?: EntraIds }
  | { audit: 'session_ended'; cause: EndCause }
  | { audit: 'device_login'; step: 'started' | 'approved' | 'cancelled'; login: string }
  | { audit: 'refresh_failed'; code: string; entra?: EntraIds }
  | { audit: 'refused'; code: string }

export type EndCause =
  'sign_out' | 'front_channel' | 'own_list' | 'next_sign_in' | 'too_many' | 'operator'

/** What an auditor reads: see the table in docs/operation.md. Never a token, code, state or cookie. */
export type AuditEvent = Event & Who

/** Writes one line, whatever the level of the log is; `silent` alone silences it. */
export function audit(request: FastifyRequest, event: AuditEvent): void {
  const { log } = request
  if (log.level === 'silent') return
  log.child({}, { level: 'info' }).info({ ...event, address: addressOf(request) }, event.audit)
}
