import type { EntraSettings } from '../config/entra.ts'
import type { SessionRecord } from './record.ts'

/** Whose sessions live here. */
export type Admission = Pick<EntraSettings, 'authority' | 'clientId' | 'allowedTenants'>

/**
 * A session lives under the authority and the app registration of its sign-in alone, and while its
 * tenant is admitted. A record of an older build tells neither of them, so it is not believed.
 */
export function isAdmitted(record: SessionRecord, admission: Admission): boolean {
  const { authority, clientId, allowedTenants } = admission
  if (record.authority !== authority || record.clientId !== clientId) return false
  return allowedTenants.length === 0 || allowedTenants.includes(record.user.tenantId)
}
