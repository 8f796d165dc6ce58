import type { ClientRegistration } from '../directory/clients.ts'
import type { SignIn } from '../issued/sign-in.ts'
import type { RequestedScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'

/** What a token request is entitled to. */
export interface Granted {
  signIn: SignIn
  /** The scopes of the access token. */
  requested: RequestedScopes
}

/**
 * Checks a token request of one `grant_type`. The client is authenticated already.
 *
 * @throws EntraError when the request is not entitled to tokens
 */
export type Grant = (
  state: EntraState,
  form: URLSearchParams,
  client: ClientRegistration,
) => Granted | Promise<Granted>
