import {
  admits,
  findUser,
  findUserByName,
  type Authority,
  type SampleUser,
} from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { userOfHint, type AuthorizeRequest } from './request.ts'
import { EntraError } from '../errors/entra-error.ts'
import type { EntraState } from '../state.ts'

/**
 * Who is signed in without being asked; `undefined` when somebody has to choose.
 *
 * @throws EntraError when nobody is, and `prompt=none` forbids to ask.
 */
export function signedInUser(
  state: EntraState,
  exchange: Exchange,
  { prompts, params, authority }: AuthorizeRequest,
): SampleUser | undefined {
  const automatic = findUserByName(state.automaticUser ?? '')
  if (automatic) return automatic
  const hinted = userOfHint(params.get('login_hint'))
  const users = state.sessions
    .accounts(exchange)
    .map(({ userId }) => findUser(userId))
    .filter((user) => user !== undefined && admits(authority, user))
  if (prompts.has('none')) return silentUser(users, hinted)
  if (prompts.has('select_account') || prompts.has('login')) return undefined
  // There are no passwords: to be named is to be signed in.
  if (hinted && admits(authority, hinted)) return hinted
  return users.length === 1 && !hinted ? users[0] : undefined
}

function silentUser(users: (SampleUser | undefined)[], hinted: SampleUser | undefined) {
  if (hinted && users.includes(hinted)) return hinted
  if (users.length === 0 || hinted) {
    throw new EntraError(
      'login_required',
      50058,
      'A silent sign-in request was sent but no user is signed in.',
    )
  }
  if (users.length > 1) {
    throw new EntraError(
      'interaction_required',
      16000,
      'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
    )
  }
  return users[0]
}

/** Why this account may not sign in here, as the picker says it. */
export function refusalOf(authority: Authority, user: SampleUser | undefined, typed: string) {
  if (!user) {
    return `AADSTS50034: The user account ${typed} does not exist in the directory. To sign into this application, the account must be added to the directory.`
  }
  if (admits(authority, user)) return undefined
  const name = authority.kind === 'tenant' ? authority.tenant.name : authority.alias
  return `AADSTS50020: User account '${user.username}' does not exist in tenant '${name}' and cannot access the application in that tenant. Sign in with a different account.`
}
