import type { SignInMethod } from '@entra-bff/shared'
import type { FastifyRequest } from 'fastify'
import { addressOf } from './address.ts'

/** The person and the session of an event. */
interface Who {
  /** Tenant id (`tid`). */
  tenant?: string
  /** Object id (`oid`). */
  user?: string
  /** Name of the session's record: a keyed hash, never the cookie. */
  session?: string
}

/** Ids of an error at Entra, which Microsoft's support asks for. */
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

/** A line of the audit log (see docs/operation.md). Must not hold a token, code, state or cookie. */
export type AuditEvent = Event & Who

declare module 'fastify' {
  interface FastifyInstance {
    /** Hears each event, at every log level. Set when the server has metrics. */
    onAudit?: (event: AuditEvent) => void
  }
}

/** Writes the event at every log level except `silent`. */
export function audit(request: FastifyRequest, event: AuditEvent): void {
  const { log, server } = request
  server.onAudit?.(event)
  if (log.level === 'silent') return
  log.child({}, { level: 'info' }).info({ ...event, address: addressOf(request) }, event.audit)
}
