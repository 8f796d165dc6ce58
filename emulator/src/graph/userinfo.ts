import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'
import type { EntraState } from '../state.ts'
import { callerOf, requireScope } from './caller.ts'
import { answerOrGraphError } from './errors.ts'

/** The claims about the user (OpenID Connect Core 5.3), as Microsoft documents them. */
export function userinfo(state: EntraState, exchange: Exchange): Promise<Reply> {
  return answerOrGraphError(exchange, async () => {
    const caller = await callerOf(exchange, state)
    requireScope(caller, 'Authorization_RequestDenied', 'openid')
    const { user, subject, scopes } = caller
    return json(200, {
      sub: subject,
      name: user.displayName,
      family_name: user.surname,
      given_name: user.givenName,
      picture: `${state.graphOrigin}/v1.0/me/photo/$value`,
      ...(scopes.includes('email') && { email: user.username }),
    })
  })
}
