import type { JWTPayload } from 'jose'
import { type Static, Type } from 'typebox'
import { isGuid } from '../config/guid.ts'

/** What an ID token tells of app roles and groups. A claim that the token does not have is absent. */
export const RolesAndGroups = Type.Object({
  /** Values of app roles (`roles`). */
  roles: Type.Optional(Type.Array(Type.String())),
  /** Object ids of groups (`groups`), in lower case. */
  groups: Type.Optional(Type.Array(Type.String())),
  /** The account is in more groups than a token carries, so that only Microsoft Graph knows them. */
  hasMoreGroups: Type.Optional(Type.Literal(true)),
})
export type RolesAndGroups = Static<typeof RolesAndGroups>

/** Each request reads the session record, which holds these values: they must stay small. */
const maxRoles = 100
/** Characters. Entra allows no longer value of an app role. */
const maxRoleCharacters = 120
/** Most groups in a JWT of Entra. */
const maxGroups = 200

/**
 * Reads `roles` and `groups` of a validated ID token (Microsoft, "ID token claims reference"). What has
 * another form than Entra gives it counts as absent: it admits nobody.
 */
export function rolesAndGroupsOf(claims: JWTPayload): RolesAndGroups {
  const roles = textsOf(claims['roles'])
    .filter((role) => role !== '' && role.length <= maxRoleCharacters)
    .slice(0, maxRoles)
  return { ...(roles.length > 0 && { roles }), ...groupsOf(claims) }
}

/** A group claim can be configured to hold names. A name identifies no group, so only ids are read. */
function groupsOf(claims: JWTPayload): Pick<RolesAndGroups, 'groups' | 'hasMoreGroups'> {
  const groups = textsOf(claims['groups'])
    .filter(isGuid)
    .map((id) => id.toLowerCase())
  if (hasOverage(claims) || groups.length > maxGroups) return { hasMoreGroups: true }
  return groups.length > 0 ? { groups } : {}
}

/**
 * True when Entra has left the groups out of the token, because they are too many. `_claim_sources` then
 * has an address for them. It must never be followed: it leads to an API that is retired, or to wherever
 * a forged token says.
 */
function hasOverage({ _claim_names: names, hasgroups }: JWTPayload): boolean {
  if (hasgroups === true || hasgroups === 'true') return true
  return typeof names === 'object' && names !== null && Object.hasOwn(names, 'groups')
}

function textsOf(claim: unknown): string[] {
  const values: unknown[] = Array.isArray(claim) ? claim : []
  return values.filter((value) => typeof value === 'string')
}
