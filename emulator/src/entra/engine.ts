import { randomUUID } from 'node:crypto'
import { hasRedirectUri } from '../directory/clients.ts'
import { ExpiringMap } from '../grants/expiring-map.ts'
import type { Exchange } from '../http/exchange.ts'
import { replayRequest } from '../http/replayed-request.ts'
import type { Authorization } from '../grants/sign-in.ts'
import { answerTokens, replyToClient, showError, type EngineContext } from './engine-answers.ts'
import { configuration, cookieName, params, paths } from './engine-configuration.ts'
import { Provider } from './oidc-provider.ts'
import type { EntraState } from '../state.ts'

/**
 * The protocol core, oidc-provider: it checks authorization requests, issues codes and redeems
 * them (PKCE, redirect URI, single use). People, consent, sessions and Entra's own words are
 * decided before it is asked; it sees a signed-in user and the scope `openid`, nothing else.
 */
export interface Engine {
  issueCode(exchange: Exchange, request: URLSearchParams, signIn: Authorization): Promise<void>
  redeemCode(exchange: Exchange, form: URLSearchParams): Promise<void>
}

export function createEngine(state: EntraState, log: (line: string) => void): Engine {
  const exchanges = new WeakMap<object, Exchange>()
  const context: EngineContext = {
    state,
    pendingCodes: new ExpiringMap(),
    correlationOf: (ctx) => exchanges.get(ctx.req)?.correlationId ?? 'unknown',
    formOf: (ctx) => exchanges.get(ctx.req)?.form ?? new URLSearchParams(),
  }
  const provider = createProvider(context, log)
  const handle = provider.callback()

  async function run(exchange: Exchange, req: Exchange['req']): Promise<void> {
    exchanges.set(req, exchange)
    await handle(req, exchange.res)
  }

  return {
    async issueCode(exchange, request, signIn) {
      const session = new provider.Session()
      session.loginAccount({ accountId: signIn.userId })
      await session.save(60)
      const grantId = rememberSignIn(context, signIn)
      const url = `${paths.authorization}?${translated(request, grantId).toString()}`
      const cookie = `${cookieName}=${session.jti}`
      await run(exchange, replayRequest(exchange.req, 'GET', url, { cookie }))
    },
    redeemCode: (exchange, form) =>
      run(exchange, replayRequest(exchange.req, 'POST', paths.token, { form })),
  }
}

function createProvider(context: EngineContext, log: (line: string) => void) {
  const provider: InstanceType<typeof Provider> = new Provider(
    context.state.origin,
    configuration(context.state, () => provider, showError(context)),
  )
  // Redirect URIs are compared as Entra does, here as in the checks before.
  provider.Client.prototype.redirectUriAllowed = function (uri) {
    const client = context.state.clients.find(this.clientId)
    return client !== undefined && hasRedirectUri(client, uri)
  }
  answerTokens(provider, context)
  provider.registerResponseMode('emulator', replyToClient(context))
  provider.on('server_error', (_ctx, error) => {
    log(`oidc-provider: ${error.stack ?? error.message}`)
  })
  return provider
}

function rememberSignIn({ state, pendingCodes }: EngineContext, authorization: Authorization) {
  const id = randomUUID()
  const expiresAt = Date.now() + state.lifetimes.authorizationCode * 1000
  pendingCodes.set(id, { authorization, expiresAt })
  return id
}

/** What has been settled already; oidc-provider would ask its own questions about it. */
const settled = [
  'prompt',
  'login_hint',
  'domain_hint',
  'claims',
  'id_token_hint',
  'max_age',
  'request',
]

function translated(request: URLSearchParams, grantId: string): URLSearchParams {
  const query = new URLSearchParams(request)
  for (const name of settled) query.delete(name)
  query.set(params.mode, query.get('response_mode') ?? 'query')
  query.set('response_mode', 'emulator')
  query.set('scope', 'openid')
  query.set(params.grantId, grantId)
  return query
}
