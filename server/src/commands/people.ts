import type { User } from '@entra-bff/shared'
import type { LiveSession } from '../session/lookup.ts'
import type { Sessions } from '../session/sessions.ts'

/** Whom the operator means. */
export interface Wanted {
  /** An object id or a username. */
  user?: string | undefined
  tenant?: string | undefined
}

/** Every living session of the store. */
export async function* livingSessions(sessions: Sessions): AsyncGenerator<LiveSession> {
  for await (const name of sessions.names()) {
    const session = await sessions.findLiving(name)
    if (session) yield session
  }
}

/**
 * The people who are meant, by what identifies them: a username can change and can be given to
 * another person, so it counts only where no object id is meant.
 */
export async function findPeople(sessions: Sessions, wanted: Wanted): Promise<User[]> {
  const byId = new Map<string, User>()
  const byName = new Map<string, User>()
  for await (const { record } of livingSessions(sessions)) {
    const { user } = record
    if (!isIn(user, wanted.tenant)) continue
    if (isSame(user.id, wanted.user)) byId.set(personOf(user), user)
    if (isSame(user.username, wanted.user)) byName.set(personOf(user), user)
  }
  return [...(byId.size > 0 ? byId : byName).values()]
}

/** Names a person in this process. */
export function personOf({ tenantId, id }: User): string {
  return `${tenantId} ${id}`
}

function isIn({ tenantId }: User, tenant: string | undefined): boolean {
  return tenant === undefined || isSame(tenantId, tenant)
}

function isSame(own: string, wanted: string | undefined): boolean {
  return wanted === undefined || own.toLowerCase() === wanted.toLowerCase()
}
