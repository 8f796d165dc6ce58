import {
  homePath,
  type LocalPath,
  localPath,
  LoginQuery,
  paths,
  type Prompt,
} from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { ClaimsChallenges } from '../../tokens/claims-challenges.ts'
import type { EntraClient } from '../../entra/client.ts'
import { Failure } from '../../failure.ts'
import { longestLoginHint } from '../../session/record.ts'
import { type Attempt, codeChallenge, createAttempt } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'
import type { LastSessionCookie } from '../../session/last-session.ts'
import { isNavigation, wantsPage } from '../../http/navigation.ts'
import { toSignInFailure } from '../failure.ts'
import type { SignInReports } from '../report/reports.ts'

export interface StartOptions {
  config: Config
  entra: EntraClient
  attempts: AttemptCookies
  reports: SignInReports
  lastSession: LastSessionCookie
  claimsChallenges: ClaimsChallenges
  /** Every scope that some call needs: no others can be asked for. */
  scopes: readonly string[]
}

/** Characters, percent-encoded. */
const longestHint = { loginHint: longestLoginHint, domainHint: 128 }

/** `GET /auth/login`: begins an attempt and sends the browser to Entra. */
export const startRoute: FastifyPluginCallbackTypebox<StartOptions> = (scope, options, done) => {
  const route = {
    schema: { querystring: LoginQuery },
    exposeHeadRoute: false,
    config: { rateLimit: {} },
    errorHandler: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      if (!wantsPage(request)) throw error
      options.reports.report(request, reply, toSignInFailure(error, returnToOf(request)))
    },
  }
  scope.get(paths.login, route, async (request, reply) => {
    requireNavigation(request)
    requireShortHints(request.query)
    const scopes = scopesOf(request.query, options)
    const returnTo = returnToOf(request)
    try {
      const hadSession = options.lastSession.read(request)?.name
      const attempt = createAttempt({
        returnTo,
        scopes,
        ...(hadSession !== undefined && { hadSession }),
      })
      const url = await authorizeUrl(attempt, askedFor(request), options)
      options.attempts.add(request, reply, attempt)
      return await reply.redirect(url, 302)
    } catch (error) {
      return options.reports.report(request, reply, toSignInFailure(error, returnTo))
    }
  })
  done()
}

async function authorizeUrl(
  attempt: Attempt,
  query: LoginQuery,
  options: StartOptions,
): Promise<string> {
  const { scopes, state, nonce } = attempt
  return options.entra.authorizeUrl({
    redirectUri: options.config.redirectUri,
    scopes,
    state,
    nonce,
    codeChallenge: codeChallenge(attempt),
    prompt: promptOf(query, options.config),
    loginHint: query.loginHint,
    domainHint: query.domainHint,
    claims:
      query.claims === undefined ? undefined : await options.claimsChallenges.find(query.claims),
  })
}

/** In its normal form. It is kept in a cookie, up to five of them at once. */
const longestReturnTo = 512

/** Also of a query that was refused. */
function returnToOf({ query }: FastifyRequest): LocalPath {
  const path = localPath((query as { returnTo?: unknown }).returnTo)
  return path !== undefined && path.length <= longestReturnTo ? path : homePath
}

/**
 * Anybody may send people here to sign in, but not without their noticing: a silent sign-in would end
 * their session and begin another (OWASP ASVS 5.0, 7.6.2). A link in a mail opens as if its address
 * had been typed (`none`), and an old browser says nothing: a page of this app alone is believed.
 */
function askedFor(request: FastifyRequest<{ Querystring: LoginQuery }>): LoginQuery {
  const isOwn = request.headers['sec-fetch-site'] === 'same-origin'
  return isOwn ? request.query : { ...request.query, prompt: 'select_account' }
}

/** Only a person who goes there starts a sign-in: no frame, no image, no fetch. */
function requireNavigation(request: FastifyRequest): void {
  if (isNavigation(request)) return
  throw new Failure('csrf_failed', 'a sign-in that is not a navigation', {
    publicDetail: 'A sign-in starts by going to this address, not by fetching it.',
  })
}

/**
 * The answer's headers stay below the 4 kB that proxies take by default. In the address of Entra's
 * page a login hint stands twice.
 */
function requireShortHints(query: LoginQuery): void {
  for (const name of ['loginHint', 'domainHint'] as const) {
    if (encodeURIComponent(query[name] ?? '').length <= longestHint[name]) continue
    throw new Failure('invalid_request', `the query "${name}" is too long`, {
      publicDetail: `The query "${name}" is too long: ${String(longestHint[name])} characters at most, percent-encoded.`,
    })
  }
}

function scopesOf(query: LoginQuery, options: StartOptions): string[] {
  const asked = [...new Set(query.scopes?.split(' ').filter(Boolean) ?? options.config.scopes)]
  if (asked.every((scope) => options.scopes.includes(scope))) return asked
  throw new Failure('invalid_request', 'the query "scopes" names one that no call needs', {
    publicDetail: 'The scopes must be those of the calls this app makes.',
  })
}

/** A named account makes the picker pointless, so the setting does not apply to it. */
function promptOf(query: LoginQuery, config: Config): Prompt | undefined {
  return query.prompt ?? (query.loginHint ? undefined : config.entra?.prompt)
}
