import type { User } from '@entra-bff/shared'
import type { LiveSession } from '../session/lookup.ts'
import type { Sessions } from '../session/sessions.ts'

/** The people that a command is about. An absent member matches everybody. */
export interface PersonFilter {
  /** Object id or username. */
  user?: string | undefined
  tenant?: string | undefined
}

/** All living sessions in the store. */
export async function* livingSessions(sessions: Sessions): AsyncGenerator<LiveSession> {
  for await (const name of sessions.names()) {
    const session = await sessions.findLiving(name)
    if (session) yield session
  }
}

/**
 * The signed-in people that match the filter. A match by object id wins over a match by username: a
 * username can change and can be given to another person.
 */
export async function findPeople(sessions: Sessions, filter: PersonFilter): Promise<User[]> {
  const byId = new Map<string, User>()
  const byName = new Map<string, User>()
  for await (const { record } of livingSessions(sessions)) {
    const { user } = record
    if (!isIn(user, filter.tenant)) continue
    if (isSame(user.id, filter.user)) byId.set(personId(user), user)
    if (isSame(user.username, filter.user)) byName.set(personId(user), user)
  }
  return [...(byId.size > 0 ? byId : byName).values()]
}

/** Identifies a person across tenants. */
export function personId({ tenantId, id }: User): string {
  return `${tenantId} ${id}`
}

function isIn({ tenantId }: User, tenant: string | undefined): boolean {
  return tenant === undefined || isSame(tenantId, tenant)
}

function isSame(own: string, wanted: string | undefined): boolean {
  return wanted === undefined || own.toLowerCase() === wanted.toLowerCase()
}
