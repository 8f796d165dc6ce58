import { contoso, fabrikam, personal, type Tenant } from './tenants.ts'

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

/** User principal names are compared without regard to case. */
export function findUserByName(username: string): SampleUser | undefined {
  const wanted = username.trim().toLowerCase()
  return sampleUsers.find((user) => user.username.toLowerCase() === wanted)
}

/** @throws TypeError for an unknown username: the test or the command line is wrong. */
export function knownUser(username: string): SampleUser {
  const user = findUserByName(username)
  if (!user) throw new TypeError(`The emulator has no user ${username}`)
  return user
}
