import { contoso, personal, tenantOf } from './tenants.ts'
import type { SampleUser } from './users.ts'

export interface Group {
  /** The object id. */
  id: string
  displayName: string
  kind: 'security' | 'microsoft365'
  /** Given names of members; absent when the whole tenant is in the group. */
  members?: readonly string[]
}

const namesForAll = [
  'All Company',
  'All Employees',
  'Design',
  'Executives',
  'Finance Team',
  'Human Resources',
  'Mark 8 Project Team',
  'New Employee Onboarding',
  'Operations',
  'Retail',
  'Sales and Marketing',
  'Sustainability',
]

function groupsForAll(tenantId: string): Group[] {
  return namesForAll.map((displayName, index) => ({
    id: groupId(tenantId, '2b3c', index + 1),
    displayName,
    kind: 'microsoft365',
  }))
}

/** Lidia is in more groups than a token carries. */
const manyProjects = Array.from({ length: 250 }, (_, index) => `Project ${String(index + 1)}`)

const securityMembers: Record<string, readonly string[]> = {
  'Report Readers': ['Adele', 'Lidia'],
  'Payroll Approvers': ['Diego'],
  ...Object.fromEntries(manyProjects.map((name) => [name, ['Lidia']])),
}

/** The security groups of Contoso. */
export const securityGroups: readonly Group[] = Object.entries(securityMembers).map(
  ([displayName, members], index) => ({
    id: groupId(contoso.id, '6f1d', index + 1),
    displayName,
    kind: 'security',
    members,
  }),
)

function groupId(tenantId: string, part: string, n: number): string {
  return `${tenantId.slice(0, 8)}-${part}-4d5e-8f90-${String(n).padStart(12, '0')}`
}

/** The groups of a user. A personal account is in no group. */
export function groupsOf(user: SampleUser): Group[] {
  const tenant = tenantOf(user)
  if (tenant === personal) return []
  const known = tenant === contoso ? securityGroups : []
  const own = known.filter(({ members = [] }) => members.includes(user.givenName))
  return [...groupsForAll(tenant.id), ...own]
}
