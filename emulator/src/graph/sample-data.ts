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

/** Each meeting: subject, days from today, and hour (UTC). They stand in the order of their creation. */
const meetings: [string, number, number][] = [
  ['Company all-hands', 4, 16],
  ['Mark 8 kick-off', -9, 13],
  ['Weekly planning', 1, 9],
  ['One to one with Megan', 2, 11],
  ['Budget review', -2, 15],
  ['Mark 8 launch review', 1, 14],
  ['Design critique', 3, 10],
]

function at(days: number, hour: number) {
  const date = new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().slice(0, 10)
  return { dateTime: `${date}T${String(hour).padStart(2, '0')}:00:00.0000000`, timeZone: 'UTC' }
}

/** An id as long as those of Exchange: 150 characters. */
function eventId(user: SampleUser, index: number): string {
  const bytes = Buffer.alloc(107)
  bytes.write(`${user.id}:${String(index)}`)
  return `AAMkAG${bytes.toString('base64url')}=`
}

export type SampleEvent = ReturnType<typeof eventsOf>[number]

export function eventsOf(user: SampleUser) {
  return meetings.map(([subject, days, hour], index) => ({
    '@odata.etag': `W/"${String(index + 1)}"`,
    id: eventId(user, index),
    subject,
    bodyPreview: `${subject}, in brief.`,
    isAllDay: false,
    start: at(days, hour),
    end: at(days, hour + 1),
    location: { displayName: `Conf Room ${user.officeLocation}` },
    organizer: { emailAddress: { name: user.displayName, address: user.username } },
  }))
}
