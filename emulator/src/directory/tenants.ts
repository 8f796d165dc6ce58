import type { Exchange } from '../http/exchange.ts'

export interface Tenant {
  id: string
  name: string
  domain: string
}

export const contoso: Tenant = {
  id: '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10',
  name: 'Contoso',
  domain: 'contoso.onmicrosoft.com',
}

export const fabrikam: Tenant = {
  id: 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45',
  name: 'Fabrikam',
  domain: 'fabrikam.onmicrosoft.com',
}

/** The tenant that Entra keeps personal Microsoft accounts in. */
export const personal: Tenant = {
  id: '9188040d-6c67-4c5b-b112-36a304b66dad',
  name: 'Microsoft account',
  domain: 'consumers',
}

const tenants: readonly Tenant[] = [contoso, fabrikam, personal]

/** What the first segment of an address names: one tenant, or `common` or `organizations`. */
export type Authority = { kind: 'tenant'; tenant: Tenant } | { kind: 'any'; alias: string }

/** A request to an endpoint of an authority. */
export interface TenantExchange extends Exchange {
  /** The first segment of the path, as the request has it. */
  segment: string
  authority: Authority
}

/** The authority of a path segment: a tenant's id or domain, `common`, `organizations`, `consumers`. */
export function findAuthority(segment: string): Authority | undefined {
  const wanted = segment.toLowerCase()
  if (wanted === 'common' || wanted === 'organizations') return { kind: 'any', alias: wanted }
  const tenant = tenants.find(({ id, domain }) => id === wanted || domain === wanted)
  return tenant && { kind: 'tenant', tenant }
}

/** The name of an authority in error texts. */
export const authorityName = (authority: Authority): string =>
  authority.kind === 'tenant' ? authority.tenant.name : authority.alias

interface Member {
  tenantId: string
}

/** Whether a user may sign in at an authority. */
export function admits(authority: Authority, { tenantId }: Member): boolean {
  if (authority.kind === 'tenant') return authority.tenant.id === tenantId
  return authority.alias === 'common' || tenantId !== personal.id
}

export function tenantOf({ tenantId }: Member): Tenant {
  return tenants.find(({ id }) => id === tenantId) ?? contoso
}
