import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Exchange } from '../http/exchange.ts'
import { html, type Reply } from '../http/replies.ts'
import { replayRequest } from '../http/replayed-request.ts'
import { adapterFactory } from './adapter.ts'
import type { Authorization } from './authorizations.ts'
import { clientErrorReply, clientReply, type ReplyTarget } from './client-reply.ts'
import { redemptionError, requestError } from './engine-errors.ts'
import { errorReply } from './errors.ts'
import { Provider } from './oidc-provider.ts'
import { errorPage } from './pages.ts'
import type { EntraState } from './state.ts'
import { tokenAnswer } from './token-answer.ts'

/**
 * The protocol core, oidc-provider: it checks authorization requests, issues codes and redeems
 * them (PKCE, redirect URI, single use). People, consent, sessions and Entra's own words are
 * decided before it is asked; it sees a signed-in user and the scope `openid`, nothing else.
 */
export interface Engine {
  issueCode(exchange: Exchange, params: URLSearchParams, signIn: Authorization): Promise<void>
  redeemCode(exchange: Exchange, form: URLSearchParams): Promise<void>
}

const cookieName = 'entra_emulator_engine'
const authorizationParam = 'emulator_authorization'
const modeParam = 'emulator_response_mode'
const paths = { authorization: '/engine/authorize', token: '/engine/token' }

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function configuration(state: EntraState): Configuration {
  return {
    adapter: adapterFactory(state.clients),
    jwks: { keys: [state.key.privateJwk] },
    routes: paths,
    scopes: ['openid'],
    extraParams: [authorizationParam, modeParam],
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    cookies: { names: { session: cookieName } },
    pkce: { required: () => false },
    responseTypes: ['code'],
    clientBasedCORS: () => false,
    issueRefreshToken: () => Promise.resolve(false),
    // The engine's session lives for one request; a code must outlive it.
    expiresWithSession: () => Promise.resolve(false),
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: {
      AuthorizationCode: () => state.lifetimes.authorizationCode,
      AccessToken: 60,
      IdToken: 60,
      Grant: 24 * 3600,
      Session: 60,
      Interaction: 60,
    },
    interactions: { policy: [] as never },
    renderError: (ctx, out) => {
      const error = requestError(out)
      write(ctx, html(400, errorPage(error, 'unknown')))
    },
  }
}

function write(ctx: KoaContextWithOIDC, reply: Reply): void {
  ctx.status = reply.status
  ctx.set(reply.headers)
  ctx.body = reply.body
}

async function loadGrant(provider: InstanceType<typeof Provider>, ctx: KoaContextWithOIDC) {
  const jti = text(ctx.oidc.params?.[authorizationParam])
  const accountId = ctx.oidc.account?.accountId
  const clientId = ctx.oidc.client?.clientId
  if (jti === undefined || accountId === undefined || clientId === undefined) return undefined
  const grant = new provider.Grant({ accountId, clientId })
  grant.jti = jti
  grant.addOIDCScope('openid')
  await grant.save()
  return grant
}

/** Answers travel as Entra sends them: without `iss`, with `session_state`. */
function replyToClient(state: EntraState) {
  return (ctx: KoaContextWithOIDC, redirectUri: string, payload: Record<string, unknown>) => {
    const params = ctx.oidc.params ?? {}
    const target: ReplyTarget = {
      redirectUri,
      responseMode: text(params[modeParam]) ?? 'query',
      state: text(payload['state']),
    }
    const code = text(payload['code'])
    const signIn = state.authorizations.find(text(params[authorizationParam]) ?? '')
    write(
      ctx,
      code === undefined
        ? clientErrorReply(target, requestError(payload), signIn?.id ?? 'unknown')
        : clientReply(target, { code, session_state: signIn?.sid ?? '' }),
    )
  }
}

/** The browser keeps one cookie, the emulator's own. */
function dropEngineCookies(ctx: KoaContextWithOIDC): void {
  const set = ctx.res.getHeader('set-cookie')
  const kept = [set].flat().filter((c) => typeof c === 'string' && !c.startsWith(cookieName))
  if (kept.length > 0) ctx.res.setHeader('set-cookie', kept as string[])
  else ctx.res.removeHeader('set-cookie')
}

/** Turns oidc-provider's token answer, or its refusal, into Entra's. */
function answerAsEntra(state: EntraState, correlationOf: (ctx: KoaContextWithOIDC) => string) {
  const refusals = new WeakMap<object, unknown>()
  const middleware = async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
    await next()
    dropEngineCookies(ctx)
    if (ctx.path !== paths.token) return
    const grantId = ctx.oidc.entities.AuthorizationCode?.grantId
    const signIn = state.authorizations.find(grantId ?? '')
    if (ctx.status === 200 && signIn) {
      ctx.body = await tokenAnswer(state, signIn)
    } else {
      write(ctx, errorReply(redemptionError(refusals.get(ctx)), correlationOf(ctx)))
    }
  }
  return { refusals, middleware }
}

export function createEngine(state: EntraState, log: (line: string) => void): Engine {
  const provider: InstanceType<typeof Provider> = new Provider(state.origin, {
    ...configuration(state),
    loadExistingGrant: (ctx) => loadGrant(provider, ctx),
  })
  const exchanges = new WeakMap<object, Exchange>()
  const { refusals, middleware } = answerAsEntra(
    state,
    (ctx) => exchanges.get(ctx.req)?.correlationId ?? 'unknown',
  )
  provider.use(middleware as never)
  provider.registerResponseMode('emulator', replyToClient(state))
  provider.on('grant.error', (ctx, error) => refusals.set(ctx, error))
  provider.on('server_error', (_ctx, error) => {
    log(`oidc-provider: ${error.stack ?? error.message}`)
  })
  const handle = provider.callback()

  async function run(exchange: Exchange, req: Exchange['req']): Promise<void> {
    exchanges.set(req, exchange)
    await handle(req, exchange.res)
  }

  return {
    async issueCode(exchange, params, signIn) {
      const session = new provider.Session()
      session.loginAccount({ accountId: signIn.userId })
      await session.save(60)
      const query = new URLSearchParams(params)
      query.set(modeParam, query.get('response_mode') ?? 'query')
      query.set('response_mode', 'emulator')
      query.set('scope', 'openid')
      query.set(authorizationParam, signIn.id)
      const url = `${paths.authorization}?${query.toString()}`
      const cookie = `${cookieName}=${session.jti}`
      await run(exchange, replayRequest(exchange.req, 'GET', url, { cookie }))
    },
    redeemCode: (exchange, form) =>
      run(exchange, replayRequest(exchange.req, 'POST', paths.token, { form })),
  }
}
