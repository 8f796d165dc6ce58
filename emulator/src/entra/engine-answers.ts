import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ExpiringMap } from '../grants/expiring-map.ts'
import { html, type Reply } from '../http/reply.ts'
import type { Authorization } from '../grants/sign-in.ts'
import { clientErrorReply, clientReply, type ReplyTarget } from '../authorize/reply.ts'
import { cookieName, params, paths, text } from './engine-configuration.ts'
import { redemptionError, requestError } from './engine-errors.ts'
import { errorReply } from '../errors/entra-error.ts'
import type { Provider } from './oidc-provider.ts'
import { errorPage } from '../pages/pages.ts'
import type { EntraState } from '../state.ts'
import { tokenAnswer } from '../token/answer.ts'

interface PendingCode {
  authorization: Authorization
  expiresAt: number
}

export interface EngineContext {
  state: EntraState
  /** Sign-ins whose code may still be redeemed, by the id of their grant. */
  pendingCodes: ExpiringMap<PendingCode>
  correlationOf: (ctx: KoaContextWithOIDC) => string
  /** The token request as the client sent it. */
  formOf: (ctx: KoaContextWithOIDC) => URLSearchParams
}

function write(ctx: KoaContextWithOIDC, reply: Reply): void {
  ctx.status = reply.status
  ctx.set(reply.headers)
  ctx.body = reply.body
}

/** An error oidc-provider would not send to the client. */
export function showError({ correlationOf }: EngineContext) {
  return (ctx: KoaContextWithOIDC, out: object): void => {
    write(ctx, html(400, errorPage(requestError(out), correlationOf(ctx))))
  }
}

/** Answers travel as Entra sends them: without `iss`, with `session_state`. */
export function replyToClient({ pendingCodes, correlationOf }: EngineContext) {
  return (ctx: KoaContextWithOIDC, redirectUri: string, payload: Record<string, unknown>) => {
    const asked = ctx.oidc.params ?? {}
    const target: ReplyTarget = {
      redirectUri,
      responseMode: text(asked[params.mode]) ?? 'query',
      state: text(payload['state']),
    }
    const code = text(payload['code'])
    const signIn = pendingCodes.get(text(asked[params.grantId]) ?? '')?.authorization
    write(
      ctx,
      code === undefined
        ? clientErrorReply(target, requestError(payload), correlationOf(ctx))
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

/** Turns oidc-provider's token answers, and its refusals, into Entra's. */
export function answerTokens(
  provider: InstanceType<typeof Provider>,
  { state, pendingCodes, correlationOf, formOf }: EngineContext,
): void {
  const refusals = new WeakMap<object, unknown>()
  provider.on('grant.error', (ctx, error) => refusals.set(ctx, error))
  const middleware = async (ctx: KoaContextWithOIDC, next: () => Promise<unknown>) => {
    await next()
    dropEngineCookies(ctx)
    // Entra answers other origins only for the redirect URI of a single-page app.
    ctx.remove('access-control-allow-origin')
    if (ctx.path !== paths.token) return
    const grantId = ctx.oidc.entities.AuthorizationCode?.grantId
    const signIn = pendingCodes.get(grantId ?? '')?.authorization
    if (ctx.status === 200 && signIn)
      ctx.body = await tokenAnswer(state, signIn, { form: formOf(ctx) })
    else write(ctx, errorReply(redemptionError(refusals.get(ctx)), correlationOf(ctx)))
  }
  provider.use(middleware as never)
}
