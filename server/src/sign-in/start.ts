import { homePath, type LocalPath, localPath, paths } from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '../config/config.ts'
import { type Prompt, prompts } from '../config/entra.ts'
import type { ClaimsNotes } from '../entra/claims-notes.ts'
import type { EntraClient } from '../entra/client.ts'
import { Failure } from '../failure.ts'
import { type Attempt, codeChallenge, createAttempt } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'
import { toSignInFailure } from './errors.ts'
import type { SignInErrors } from './error-cookies.ts'

export interface StartOptions {
  config: Config
  entra: EntraClient
  attempts: AttemptCookies
  errors: SignInErrors
  claimsNotes: ClaimsNotes
  /** Every scope that some call needs: no others can be asked for. */
  scopes: readonly string[]
}

const Query = Type.Object({
  returnTo: Type.Optional(Type.String()),
  prompt: Type.Optional(Type.Enum(prompts)),
  loginHint: Type.Optional(Type.String({ maxLength: 512 })),
  domainHint: Type.Optional(Type.String({ maxLength: 256 })),
  scopes: Type.Optional(Type.String({ maxLength: 2_048 })),
  /** Names claims that were kept when a call could not be made. */
  claims: Type.Optional(Type.String({ maxLength: 64 })),
})
type Query = Type.Static<typeof Query>

/** `GET /auth/login`: begins an attempt and sends the browser to Entra. */
export const startRoute: FastifyPluginCallbackTypebox<StartOptions> = (scope, options, done) => {
  const route = {
    schema: { querystring: Query },
    exposeHeadRoute: false,
    config: { rateLimit: {} },
  }
  scope.get(paths.login, route, async (request, reply) => {
    requireNavigation(request)
    const scopes = scopesOf(request.query, options)
    const returnTo = returnToOf(request.query)
    try {
      const attempt = createAttempt(returnTo, scopes)
      const url = await authorizeUrl(attempt, askedFor(request), options)
      options.attempts.add(request, reply, attempt)
      return await reply.redirect(url, 302)
    } catch (error) {
      return options.errors.report(request, reply, toSignInFailure(error, returnTo))
    }
  })
  done()
}

/** In its normal form. It is kept in a cookie, up to five of them at once. */
const longestReturnTo = 512

function returnToOf({ returnTo }: Query): LocalPath {
  const path = localPath(returnTo)
  return path !== undefined && path.length <= longestReturnTo ? path : homePath
}

async function authorizeUrl(
  attempt: Attempt,
  query: Query,
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
    claims: query.claims === undefined ? undefined : await options.claimsNotes.find(query.claims),
  })
}

/**
 * A page of another site may send people here to sign in, but not without their noticing: a silent
 * sign-in would end their session and begin another (OWASP ASVS 5.0, 7.6.2).
 */
function askedFor(request: FastifyRequest<{ Querystring: Query }>): Query {
  const site = request.headers['sec-fetch-site'] ?? 'none'
  const isForeign = site === 'cross-site' || site === 'same-site'
  return isForeign ? { ...request.query, prompt: 'select_account' } : request.query
}

/** Only a person who goes there starts a sign-in: no frame, no image, no fetch. */
function requireNavigation(request: FastifyRequest): void {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = request.headers
  if ((mode ?? 'navigate') !== 'navigate' || (destination ?? 'document') !== 'document') {
    throw new Failure('csrf_failed', 'a sign-in that is not a navigation', {
      publicDetail: 'A sign-in starts by going to this address, not by fetching it.',
    })
  }
}

function scopesOf(query: Query, options: StartOptions): string[] {
  const asked = [...new Set(query.scopes?.split(' ').filter(Boolean) ?? options.config.scopes)]
  const unknown = asked.find((scope) => !options.scopes.includes(scope))
  if (unknown === undefined) return asked
  throw new Failure('invalid_request', `scope ${unknown} is not of any call`, {
    publicDetail: 'The scopes must be those of the calls this app makes.',
  })
}

/** A named account makes the picker pointless, so the setting does not apply to it. */
function promptOf(query: Query, config: Config): Prompt | undefined {
  return query.prompt ?? (query.loginHint ? undefined : config.entra?.prompt)
}
