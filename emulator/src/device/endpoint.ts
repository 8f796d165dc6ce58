import { knownClient } from '../directory/known-client.ts'
import { refuseRepeatedParameters, refuseResourceParameter } from '../errors/parameters.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, type Reply } from '../http/reply.ts'
import { devicePath } from '../paths.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'

/**
 * Starts a device sign-in (RFC 8628 section 3.1). This request needs no credential. Redeeming the
 * device code may need one.
 */
export function startDeviceSignIn(state: EntraState, { form }: Exchange): Reply {
  refuseResourceParameter(form)
  refuseRepeatedParameters(form)
  const client = knownClient(state.clients, form.get('client_id'))
  const requested = parseScopes(state, client, form.get('scope') ?? '')
  const code = state.deviceCodes.start(client.clientId, requested, state.lifetimes)
  const uri = `${state.origin}${devicePath}`
  return json(200, {
    user_code: code.userCode,
    device_code: code.deviceCode,
    verification_uri: uri,
    expires_in: state.lifetimes.deviceCode,
    interval: code.intervalSeconds,
    message: `To sign in, use a web browser to open the page ${uri} and enter the code ${code.userCode} to authenticate.`,
  })
}
