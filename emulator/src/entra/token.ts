import type { ClientRegistration } from '../clients.ts'
import type { Exchange } from '../http/exchange.ts'
import { json, send } from '../http/replies.ts'
import type { Authorization } from './authorization.ts'
import { authenticateClient } from './client-authentication.ts'
import type { Engine } from './engine.ts'
import { EntraError } from './errors.ts'
import { onBehalfOf } from './on-behalf-of.ts'
import { parseScopes } from './scopes.ts'
import type { EntraState } from './state.ts'
import { tokenAnswer } from './token-answer.ts'

type Grant = (exchange: Exchange, client: ClientRegistration) => Promise<void>

const deviceGrants = ['device_code', 'urn:ietf:params:oauth:grant-type:device_code']

/** The token endpoint: one row per grant. */
export function createTokenEndpoint(state: EntraState, engine: Engine) {
  const grants: Record<string, Grant> = {
    authorization_code: async (exchange, client) => {
      await engine.redeemCode(exchange, codeForm(exchange.form, client))
    },
    refresh_token: async (exchange, { clientId }) => {
      const { form, res } = exchange
      const signIn = state.refreshTokens.redeem(form.get('refresh_token'), clientId)
      const scope = form.get('scope')
      const request = scope ? parseScopes(scope) : signIn.request
      const answer = await tokenAnswer(state, withoutNonce(signIn), request)
      send(res, json(200, answer))
    },
    'urn:ietf:params:oauth:grant-type:jwt-bearer': async (exchange, client) => {
      send(exchange.res, json(200, await onBehalfOf(state, exchange.form, client)))
    },
  }
  for (const name of deviceGrants) {
    grants[name] = async ({ form, res }, { clientId }) => {
      const code = form.get('device_code') ?? form.get('code') ?? ''
      const signIn = state.deviceCodes.redeem(code, clientId)
      send(res, json(200, await tokenAnswer(state, signIn)))
    }
  }

  return async (exchange: Exchange): Promise<void> => {
    const type = exchange.form.get('grant_type') ?? ''
    const grant = Object.hasOwn(grants, type) ? grants[type] : undefined
    if (!grant) {
      throw new EntraError(
        'unsupported_grant_type',
        70003,
        `The app requested an unsupported grant type '${type}'.`,
      )
    }
    // Tokens of a device sign-in are refreshed without a secret, as they were got.
    const mayOmit = deviceGrants.includes(type) || type === 'refresh_token'
    await grant(exchange, authenticateClient(state.clients, exchange, mayOmit))
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
