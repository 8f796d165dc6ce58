import type { SampleUser } from '../directory/users.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, send } from '../http/reply.ts'
import type { DeviceCode } from '../grants/device-codes.ts'
import { refuseResourceParameter } from '../errors/entra-error.ts'
import { knownClient } from '../directory/known-client.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'

export const devicePath = '/devicelogin'

/** Starts a device sign-in. It takes no credential; redeeming the code may (RFC 8628 section 3.1). */
export function startDeviceSignIn(state: EntraState, exchange: Exchange): void {
  const { form } = exchange
  const client = knownClient(state.clients, form.get('client_id'))
  refuseResourceParameter(form)
  const request = parseScopes(state, client, form.get('scope') ?? '')
  const code = state.deviceCodes.start(client.clientId, request, state.lifetimes)
  const uri = `${state.origin}${devicePath}`
  const answer = {
    user_code: code.userCode,
    device_code: code.deviceCode,
    verification_uri: uri,
    expires_in: state.lifetimes.deviceCode,
    interval: code.interval,
    message: `To sign in, use a web browser to open the page ${uri} and enter the code ${code.userCode} to authenticate.`,
  }
  send(exchange.res, json(200, answer))
}

/** Lets a user finish a device sign-in; also what tests use instead of the page. */
export function approve(state: EntraState, code: DeviceCode, user: SampleUser, sid: string): void {
  const { clientId, request } = code
  state.consents.grant(user.id, clientId, request)
  const authorization = { userId: user.id, clientId, request, sid, byDevice: true as const }
  code.outcome = { kind: 'approved', authorization }
}
