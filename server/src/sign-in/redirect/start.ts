import { LoginQuery, paths } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { EntraClient } from '../../entra/client.ts'
import { wantsPage } from '../../http/navigation.ts'
import type { RouteDoc } from '../../http/route-doc.ts'
import type { SessionRoom } from '../../session/room.ts'
import type { SignInDemands, SignInDemand } from '../../tokens/sign-in-demands.ts'
import { toSignInFailure } from '../failure.ts'
import type { SignInReports } from '../report/reports.ts'
import { type Attempt, codeChallenge, createAttempt } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'
import {
  promptOf,
  requireNavigation,
  requireShortHints,
  returnToOf,
  scopesOf,
} from './login-request.ts'

export interface StartOptions {
  config: Config
  entra: EntraClient
  attempts: AttemptCookies
  reports: SignInReports
  room: Pick<SessionRoom, 'lastSession'>
  demands: SignInDemands
  /** The scopes that the query of a sign-in may name. */
  knownScopes: readonly string[]
}

type LoginRequest = FastifyRequest<{ Querystring: LoginQuery }>

const doc: RouteDoc = {
  summary: 'Begins a sign-in.',
  description:
    'A browser goes to this address; a page does not fetch it. `returnTo` is a path of this origin, and `scopes` are those of calls of this app, separated by spaces. A request without `Sec-Fetch-Site: same-origin` always shows the account picker.',
  tag: 'Sign-in',
  problems: ['csrf_failed'],
  answers: {
    302: { description: 'To the sign-in page of Microsoft Entra ID.', headers: ['Location'] },
    303: {
      description: 'To the Error view: a person’s request was refused, or Entra cannot be asked.',
      headers: ['Location', 'Retry-After'],
    },
  },
}

/** `GET /auth/login`: begins an attempt and sends the browser to Entra. */
export const startRoute: FastifyPluginAsyncTypebox<StartOptions> = async (scope, options) => {
  const { config, attempts, reports, room, demands } = options
  const route = {
    schema: { querystring: LoginQuery },
    exposeHeadRoute: false,
    config: { doc, rateLimit: {} },
    errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      if (!wantsPage(request)) throw error
      reports.redirectToReport(request, reply, toSignInFailure(error, returnToOf(request)))
    },
  }
  scope.get(paths.login, route, async (request, reply) => {
    requireNavigation(request)
    requireShortHints(request.query)
    const asked = scopesOf(request.query, options.knownScopes, config)
    const returnTo = returnToOf(request)
    try {
      const previousSession = room.lastSession.read(request)?.key
      const { claims: handle } = request.query
      const demand = handle === undefined ? undefined : await demands.find(handle)
      const attempt = createAttempt({
        returnTo,
        scopes: demand?.scopes ?? asked,
        ...(handle !== undefined && demand && { demand: handle }),
        ...(demand?.stepUp && { stepUp: demand.stepUp }),
        ...(previousSession && { previousSession }),
      })
      const url = await authorizeUrl(attempt, request, demand, options)
      attempts.add(request, reply, attempt)
      return await reply.redirect(url, 302)
    } catch (error) {
      return reports.redirectToReport(request, reply, toSignInFailure(error, returnTo))
    }
  })
}

async function authorizeUrl(
  attempt: Attempt,
  request: LoginRequest,
  demand: SignInDemand | undefined,
  { config, entra }: StartOptions,
): Promise<string> {
  const { scopes, state, nonce } = attempt
  const { loginHint, domainHint } = request.query
  return entra.authorizeUrl({
    redirectUri: config.redirectUri,
    scopes,
    state,
    nonce,
    codeChallenge: codeChallenge(attempt),
    prompt: promptOf(request, config),
    loginHint,
    domainHint,
    claims: demand?.claims,
    maxAgeSeconds: demand?.stepUp?.maxAgeSeconds,
  })
}
