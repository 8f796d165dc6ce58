import type { EntraSettings } from '../config/entra.ts'
import type { SessionRecord } from './record.ts'

/** The settings that decide whose sessions are alive. */
export type Admission = Pick<EntraSettings, 'authority' | 'clientId' | 'allowedTenants'>

/**
 * True while the settings have the authority and the app registration of the session's sign-in, and
 * allow the session's tenant.
 */
export function isAdmitted(record: SessionRecord, admission: Admission): boolean {
  const { authority, clientId, allowedTenants } = admission
  if (record.authority !== authority || record.clientId !== clientId) return false
  return allowedTenants.length === 0 || allowedTenants.includes(record.user.tenantId)
}
