import type { EntraState } from '../state.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'
import { callerOf, requireScope } from './caller.ts'
import { GraphError, graphErrorReply, graphHeaders } from './errors.ts'

export const userinfoPath = '/oidc/userinfo'

/** Who the token is about (OpenID Connect Core 5.3); the claims are those that Microsoft lists. */
export async function userinfo(state: EntraState, exchange: Exchange): Promise<Reply> {
  try {
    const caller = await callerOf(exchange, state)
    requireScope(caller, 'Authorization_RequestDenied', 'openid')
    const { user, subject, scopes } = caller
    const claims = {
      sub: subject,
      name: user.displayName,
      family_name: user.surname,
      given_name: user.givenName,
      picture: `${state.graphOrigin}/v1.0/me/photo/$value`,
      ...(scopes.includes('email') && { email: user.username }),
    }
    return json(200, claims, graphHeaders(exchange.correlationId))
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return graphErrorReply(error, exchange.correlationId)
  }
}
