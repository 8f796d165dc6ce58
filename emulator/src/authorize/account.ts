import { admits, authorityName, type Authority, type TenantExchange } from '../directory/tenants.ts'
import { findUser, findUserByName, type SampleUser } from '../directory/users.ts'
import { userOfHint } from '../directory/login-hint.ts'
import { EntraError } from '../errors/entra-error.ts'
import type { EntraState } from '../state.ts'
import type { AuthorizeRequest } from './request.ts'

/**
 * The user who is signed in without the account picker; `undefined` when the picker is needed.
 *
 * @throws EntraError when the picker is needed and `prompt=none` forbids it.
 */
export function signedInUser(
  state: EntraState,
  exchange: TenantExchange,
  { prompt, params }: AuthorizeRequest,
): SampleUser | undefined {
  const automatic = findUserByName(state.automaticUser ?? '')
  if (automatic) return automatic
  const hinted = userOfHint(params.get('login_hint'))
  const users = state.sessions
    .accounts(exchange)
    .map(({ userId }) => findUser(userId))
    .filter((user) => user !== undefined)
    .filter((user) => admits(exchange.authority, user))
  if (prompt === 'none') return silentUser(users, hinted)
  if (prompt === 'select_account' || prompt === 'login') return undefined
  // The emulator has no passwords, so `login_hint` alone signs the user in.
  if (hinted && admits(exchange.authority, hinted)) return hinted
  return users.length === 1 && !hinted ? users[0] : undefined
}

function silentUser(users: SampleUser[], hinted: SampleUser | undefined) {
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

/** The error that the account picker shows when an account may not sign in here. */
export function refusalOf(authority: Authority, user: SampleUser | undefined, typed: string) {
  if (!user) {
    return `AADSTS50034: The user account ${typed} does not exist in the directory. To sign into this application, the account must be added to the directory.`
  }
  if (admits(authority, user)) return undefined
  return `AADSTS50020: User account '${user.username}' does not exist in tenant '${authorityName(authority)}' and cannot access the application in that tenant. Sign in with a different account.`
}
