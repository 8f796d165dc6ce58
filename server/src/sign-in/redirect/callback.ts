import { pages, signedOutPage } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '../../config/config.ts'
import type { EntraClient } from '../../entra/client.ts'
import { isRateLimited } from '../../failure.ts'
import { wantsPage } from '../../http/navigation.ts'
import type { RouteDoc } from '../../http/route-doc.ts'
import { ReplacedMeanwhile } from '../../session/endings.ts'
import type { SessionRoom } from '../../session/room.ts'
import { beginSession, type BeginSessionOptions, type Grant } from '../begin-session.ts'
import { toSignInFailure } from '../failure.ts'
import type { SignInDemands } from '../../tokens/sign-in-demands.ts'
import type { SignInReports } from '../report/reports.ts'
import type { Attempt } from './attempt.ts'
import { type AuthorizeAnswer, codeOf, isReturnFromSignOut, stateOf } from './authorize-answer.ts'
import { judgeFurtherSignIn } from './further-sign-in.ts'
import { requireStepUpProved } from './step-up.ts'
import { takeAttempt, type TakeAttemptOptions } from './take-attempt.ts'

export interface CallbackOptions extends BeginSessionOptions, TakeAttemptOptions {
  config: Config
  entra: EntraClient
  room: SessionRoom
  reports: SignInReports
  demands: SignInDemands
}

const doc: RouteDoc = {
  summary: 'Ends a sign-in: Microsoft Entra ID sends the browser here.',
  tag: 'Sign-in',
  answers: {
    303: {
      description:
        'To where the sign-in began, with a new session; after a failure to the Error view; after a sign-out to the Login view.',
      headers: ['Location', 'Retry-After'],
    },
  },
  request: {
    querystring: Type.Object({
      code: Type.Optional(Type.String()),
      state: Type.Optional(Type.String()),
      error: Type.Optional(Type.String()),
      error_description: Type.Optional(Type.String()),
    }),
  },
}

/**
 * The redirect URI: Entra sends the browser here with a code or an error (RFC 6749 section 4.1.2).
 * The scope must have the session plugin.
 */
export async function callbackRoute(
  scope: FastifyInstance,
  options: CallbackOptions,
): Promise<void> {
  const { config, attempts, reports, demands } = options
  scope.get<{ Querystring: AuthorizeAnswer }>(config.redirectPath, {
    exposeHeadRoute: false,
    config: { doc, rateLimit: {} },
    handler: async (request, reply) => {
      const { query } = request
      if (isReturnFromSignOut(query)) return reply.redirect(signedOutPage, 303)
      const attempt = await takeAttempt(request, stateOf(query), options)
      if (!attempt) return reply.redirect(pages.welcome, 303)
      attempts.remove(reply, attempt)
      const { createdAt: beganAt, previousSession, returnTo, demand } = attempt
      try {
        const grant = await redeem(codeOf(query, returnTo), attempt, options)
        requireStepUpProved(attempt, grant.claims)
        const start = { method: 'redirect', beganAt, previousSession } as const
        await beginSession(request, reply, grant, start, options)
        if (demand !== undefined) await demands.remove(demand).catch(() => undefined)
      } catch (error) {
        // The browser is signed in by its other sign-in.
        if (error instanceof ReplacedMeanwhile) return reply.redirect(returnTo, 303)
        throw await judgeFurtherSignIn(toSignInFailure(error, returnTo), attempt, options)
      }
      return reply.redirect(returnTo, 303)
    },
    // A person waits for a page, so every error leads to the Error view. A program over the rate limit gets problem details.
    errorHandler: (error, request, reply) => {
      if (isRateLimited(error) && !wantsPage(request)) throw error
      reports.redirectToReport(request, reply, toSignInFailure(error))
    },
  })
}

async function redeem(
  code: string,
  { scopes, nonce, codeVerifier, demand }: Attempt,
  { config: { redirectUri }, entra, demands }: CallbackOptions,
): Promise<Grant> {
  const demanded = demand === undefined ? undefined : await demands.find(demand)
  const grant = { code, redirectUri, scopes, nonce, codeVerifier, claims: demanded?.claims }
  const { claims, cache, accessToken } = await entra.authorizationCodeGrant(grant)
  return { claims, cache, scopes: accessToken.scopes }
}
