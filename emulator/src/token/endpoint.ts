import type { ClientRegistration } from '../directory/clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, send } from '../http/reply.ts'
import type { Authorization } from '../grants/sign-in.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Engine } from '../entra/engine.ts'
import { EntraError, missingParameter, refuseResourceParameter } from '../errors/entra-error.ts'
import { onBehalfOf } from './on-behalf-of.ts'
import { parseScopes } from '../scopes/requested-scopes.ts'
import type { EntraState } from '../state.ts'
import { tokenAnswer } from './answer.ts'

type Grant = (exchange: Exchange, client: ClientRegistration) => Promise<void>

const deviceGrants = ['device_code', 'urn:ietf:params:oauth:grant-type:device_code']

/** One row per grant; device sign-in has two names. */
function grantsOf(state: EntraState, engine: Engine): Map<string, Grant> {
  const device: Grant = async ({ form, res }, { clientId }) => {
    const code = form.get('device_code') ?? form.get('code') ?? ''
    const signIn = state.deviceCodes.redeem(code, clientId)
    send(res, json(200, await tokenAnswer(state, signIn, { form })))
  }
  return new Map<string, Grant>([
    [
      'authorization_code',
      (exchange, client) => engine.redeemCode(exchange, codeForm(exchange.form, client)),
    ],
    ['refresh_token', (exchange, client) => refresh(state, exchange, client)],
    [
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      async ({ form, res }, client) => {
        send(res, json(200, await onBehalfOf(state, form, client)))
      },
    ],
    ...deviceGrants.map((name) => [name, device] as const),
  ])
}

async function refresh(state: EntraState, exchange: Exchange, client: ClientRegistration) {
  const { form, res } = exchange
  const signIn = state.refreshTokens.redeem(form.get('refresh_token'), client.clientId)
  const scope = form.get('scope')
  const request = scope ? parseScopes(state, client, scope) : signIn.request
  send(res, json(200, await tokenAnswer(state, withoutNonce(signIn), { request, form })))
}

export function createTokenEndpoint(state: EntraState, engine: Engine) {
  const grants = grantsOf(state, engine)
  return async (exchange: Exchange): Promise<void> => {
    const type = exchange.form.get('grant_type')
    if (!type) throw missingParameter('grant_type')
    refuseResourceParameter(exchange.form)
    const grant = grants.get(type)
    if (!grant) {
      throw new EntraError(
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${type}'.`,
      )
    }
    const isRefresh = type === 'refresh_token'
    const fromDevice = state.refreshTokens.isFromDevice(exchange.form.get('refresh_token'))
    const byDevice = deviceGrants.includes(type) || (isRefresh && fromDevice)
    await grant(exchange, authenticateClient(state.clients, exchange, byDevice))
  }
}

/** A nonce belongs to the request that carried it, not to what is refreshed later. */
function withoutNonce(signIn: Authorization): Authorization {
  const copy = { ...signIn }
  delete copy.nonce
  return copy
}

function codeForm(form: URLSearchParams, client: ClientRegistration): URLSearchParams {
  const names = ['grant_type', 'code', 'redirect_uri', 'code_verifier']
  const kept = names.map((name) => [name, form.get(name) ?? ''] as [string, string])
  return new URLSearchParams([
    ['client_id', client.clientId],
    ...kept.filter(([, value]) => value !== ''),
  ])
}
