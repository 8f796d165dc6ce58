import { isGuid } from './guid.ts'
import type { SettingsReader } from './reader.ts'

/** The tenant that Entra keeps personal Microsoft accounts in. */
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/**
 * @param authority undefined while it is missing or invalid
 * @returns ids in lower case. If empty, all tenants of the authority may sign in.
 */
export function readAllowedTenants(
  reader: SettingsReader,
  authority: string | undefined,
): string[] {
  const tenants = reader.list('ALLOWED_TENANTS')?.map((id) => id.toLowerCase())
  if (tenants === undefined) return []
  const problem = problemOf(tenants, authority)
  if (problem !== undefined) reader.problem('ALLOWED_TENANTS', problem)
  return tenants
}

function problemOf(tenants: readonly string[], authority: string | undefined): string | undefined {
  if (tenants.length === 0 || !tenants.every(isGuid)) {
    return 'must be tenant ids (GUIDs), separated by commas'
  }
  const others = tenants.filter((tenant) => !letsIn(authority, tenant))
  if (others.length === 0) return undefined
  return `names tenants that AUTHORITY does not let in: ${others.join(', ')}. Take them out, or end AUTHORITY in "organizations", or in "common" for personal accounts too`
}

/** True also for a domain: Entra alone knows the tenant of a domain. */
function letsIn(authority: string | undefined, tenant: string): boolean {
  const end = authority?.split('/').at(-1)?.toLowerCase() ?? ''
  if (end === 'consumers') return tenant === personalTenant
  if (end === 'organizations') return tenant !== personalTenant
  return !isGuid(end) || end === tenant
}
