import { cloudOf } from '../directory/clouds.ts'
import { groupsOf } from '../directory/groups.ts'
import type { ClientRegistration } from '../directory/clients.ts'
import type { SampleUser } from '../directory/users.ts'
import type { EntraState } from '../state.ts'
import type { TokenContent } from './common-claims.ts'

/** Most groups in a JWT. */
const maxGroups = 200

/**
 * The claims about app roles and groups, in ID tokens and in access tokens for the app's API. A claim
 * without a value is left out.
 * @param clientId the app whose registration decides: the audience of the token
 */
export function rolesAndGroups({ state, user }: TokenContent, clientId: string) {
  const { appRoles = [], groupMembershipClaims } = state.clients.find(clientId) ?? {}
  const roles = appRoles.filter(({ users }) => users.includes(user.username))
  return {
    ...(roles.length > 0 && { roles: roles.map(({ value }) => value) }),
    ...groupClaims(state, user, groupMembershipClaims),
  }
}

function groupClaims(
  state: EntraState,
  user: SampleUser,
  kind: ClientRegistration['groupMembershipClaims'],
) {
  if (kind === undefined) return {}
  const groups = groupsOf(user).filter((group) => kind === 'All' || group.kind === 'security')
  if (groups.length > maxGroups) return overage(state, user)
  return groups.length > 0 ? { groups: groups.map(({ id }) => id) } : {}
}

/** Stands for the groups where they are too many (Microsoft, "Groups overage claim"): a distributed claim. */
function overage(state: EntraState, { tenantId, id }: SampleUser) {
  const endpoint = `https://${cloudOf(state).azureGraph}/${tenantId}/users/${id}/getMemberObjects`
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } }
}
