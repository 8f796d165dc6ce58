export interface Tenant {
  id: string
  name: string
  domain: string
}

export interface SampleUser {
  /** The object id: `oid` in tokens, `id` in Graph. */
  id: string
  tenantId: string
  displayName: string
  givenName: string
  surname: string
  /** The user principal name. */
  username: string
  jobTitle: string
  officeLocation: string
  mobilePhone: string | null
  businessPhones: readonly string[]
  administrator: boolean
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

/** The tenant of all personal Microsoft accounts, as Entra calls it. */
const personal: Tenant = {
  id: '9188040d-6c67-4c5b-b112-36a304b66dad',
  name: 'Microsoft account',
  domain: 'consumers',
}

const tenants: readonly Tenant[] = [contoso, fabrikam, personal]

type Person = [number, string, string, string, string, Partial<SampleUser>?]

const people: Person[] = [
  [1, 'Adele', 'Vance', 'Product Marketing Manager', '18/2111', { mobilePhone: '+1 425 555 0109' }],
  [2, 'Alex', 'Wilber', 'Marketing Assistant', '131/1104'],
  [3, 'Diego', 'Siciliani', 'HR Manager', '14/1108'],
  [4, 'Grady', 'Archie', 'Designer', '19/2109'],
  [5, 'Isaiah', 'Langer', 'Sales Rep', '20/1101'],
  [6, 'Lidia', 'Holloway', 'Product Manager', '20/2107'],
  [7, 'Megan', 'Bowen', 'IT Administrator', '12/1110', { administrator: true }],
]

function sampleUser(tenant: Tenant, [n, givenName, surname, jobTitle, office, more]: Person) {
  const user: SampleUser = {
    id: `${tenant.id.slice(0, 8)}-7e2d-4b6a-9c1f-${String(n).padStart(12, '0')}`,
    tenantId: tenant.id,
    displayName: `${givenName} ${surname}`,
    givenName,
    surname,
    username: `${givenName}${surname.slice(0, 1)}@${tenant.domain}`,
    jobTitle,
    officeLocation: office,
    mobilePhone: null,
    businessPhones: [`+1 425 555 01${String(n).padStart(2, '0')}`],
    administrator: false,
  }
  return { ...user, ...more }
}

export const sampleUsers: readonly SampleUser[] = [
  ...people.map((person) => sampleUser(contoso, person)),
  sampleUser(fabrikam, [1, 'Robin', 'Kline', 'Retail Manager', 'Fabrikam 3/301']),
  sampleUser(personal, [1, 'Patti', 'Fernandez', '', '', { username: 'patti@outlook.com' }]),
]

export function findUser(id: string): SampleUser | undefined {
  return sampleUsers.find((user) => user.id === id)
}

/** Case does not count in a user principal name. */
export function findUserByName(username: string): SampleUser | undefined {
  const wanted = username.trim().toLowerCase()
  return sampleUsers.find((user) => user.username.toLowerCase() === wanted)
}

/** @throws TypeError when there is no such user: the mistake is the caller's, not a client's. */
export function knownUser(username: string): SampleUser {
  const user = findUserByName(username)
  if (!user) throw new TypeError(`The emulator has no user ${username}`)
  return user
}

/** What stands in the tenant's place of an authority: one tenant, or any. */
export type Authority = { kind: 'tenant'; tenant: Tenant } | { kind: 'any'; alias: string }

/** The authority a path segment names: a GUID, a domain, `common`, `organizations`, `consumers`. */
export function findAuthority(segment: string): Authority | undefined {
  const wanted = segment.toLowerCase()
  if (wanted === 'common' || wanted === 'organizations') return { kind: 'any', alias: wanted }
  const tenant = tenants.find(({ id, domain }) => id === wanted || domain === wanted)
  return tenant && { kind: 'tenant', tenant }
}

export function admits(authority: Authority, user: SampleUser): boolean {
  if (authority.kind === 'tenant') return authority.tenant.id === user.tenantId
  return authority.alias === 'common' || user.tenantId !== personal.id
}

export function tenantOf(user: SampleUser): Tenant {
  return tenants.find(({ id }) => id === user.tenantId) ?? contoso
}
