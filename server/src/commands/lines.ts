import type { User } from '@entra-bff/shared'
import type { AuditEvent } from '../audit.ts'
import type { EndedSession } from '../session/endings.ts'
import { auditedAs } from '../session/record.ts'
import type { LiveSession } from '../session/lookup.ts'

export function describeUser({ username, id, tenantId }: User): string {
  return `${plain(username)} (object id ${id}, tenant ${tenantId})`
}

export function sessionLine({ name, record }: LiveSession): string {
  const { user, createdAt, lastSeenAt, ip } = record
  const times = [createdAt, lastSeenAt].map((time) => new Date(time).toISOString())
  return [name, user.username, user.id, user.tenantId, ...times, ip].map(plain).join('\t')
}

/** Replaces control characters: the directory of a guest can put anything into a name. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}

export function auditLine({ name, record }: EndedSession): string {
  const event: AuditEvent = {
    audit: 'session_ended',
    cause: 'operator',
    ...auditedAs(name, record),
  }
  return JSON.stringify({ time: Date.now(), ...event })
}
