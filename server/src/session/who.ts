import type { SessionRecord } from './record.ts'

/** A session and its person, as the audit log names them. */
export function whoOf(key: string, { user }: SessionRecord) {
  return { tenant: user.tenantId, user: user.id, session: key }
}
