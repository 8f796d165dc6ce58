import { groupsOf } from '../directory/groups.ts'
import { tenantOf } from '../directory/tenants.ts'
import type { SampleUser } from '../directory/users.ts'

export function profileOf(user: SampleUser, origin: string) {
  return {
    '@odata.context': `${origin}/v1.0/$metadata#users/$entity`,
    businessPhones: user.businessPhones,
    displayName: user.displayName,
    givenName: user.givenName,
    jobTitle: user.jobTitle,
    mail: user.username,
    mobilePhone: user.mobilePhone,
    officeLocation: user.officeLocation,
    preferredLanguage: 'en-US',
    surname: user.surname,
    userPrincipalName: user.username,
    id: user.id,
  }
}

export function membershipsOf(user: SampleUser) {
  const { name, domain } = tenantOf(user)
  return groupsOf(user).map(({ id, displayName, kind }) => ({
    '@odata.type': '#microsoft.graph.group',
    id,
    displayName,
    description: `${displayName} of ${name}`,
    ...(kind === 'security'
      ? { mail: null, mailEnabled: false, securityEnabled: true, groupTypes: [], visibility: null }
      : {
          mail: `${displayName.toLowerCase().replace(/\W+/g, '')}@${domain}`,
          mailEnabled: true,
          securityEnabled: false,
          groupTypes: ['Unified'],
          visibility: 'Public',
        }),
  }))
}

/** Each meeting: subject, days from today, and hour (UTC). */
const meetings: [string, number, number][] = [
  ['Weekly planning', 1, 9],
  ['Mark 8 launch review', 1, 14],
  ['One to one with Megan', 2, 11],
  ['Design critique', 3, 10],
  ['Company all-hands', 4, 16],
]

function at(days: number, hour: number) {
  const date = new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().slice(0, 10)
  return { dateTime: `${date}T${String(hour).padStart(2, '0')}:00:00.0000000`, timeZone: 'UTC' }
}

export function eventsOf(user: SampleUser) {
  return meetings.map(([subject, days, hour], index) => ({
    '@odata.etag': `W/"${String(index + 1)}"`,
    id: `AAMkAG${Buffer.from(`${user.id}:${String(index)}`).toString('base64url')}`,
    subject,
    bodyPreview: `${subject}, as every week.`,
    isAllDay: false,
    start: at(days, hour),
    end: at(days, hour + 1),
    location: { displayName: `Conf Room ${user.officeLocation}` },
    organizer: { emailAddress: { name: user.displayName, address: user.username } },
  }))
}
