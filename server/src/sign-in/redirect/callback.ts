import { pages } from '@entra-bff/shared'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { EntraClient } from '../../entra/client.ts'
import { readEntraText } from '../../entra/failures.ts'
import { isRateLimited } from '../../failure.ts'
import type { SessionCookie } from '../../session/cookie.ts'
import type { Sessions } from '../../session/sessions.ts'
import { claim, type Store } from '../../store/store.ts'
import { type Attempt, attemptId, attemptKeptMs, isExpired } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'
import type { Grant, SessionBeginner } from '../begin-session.ts'
import { judgeDecline } from './declined-consent.ts'
import type { SignInErrors } from '../report/reports.ts'
import { fromAuthorizeError, SignInFailure, toSignInFailure } from '../failure.ts'
import { wantsPage } from '../../http/navigation.ts'

export interface CallbackOptions {
  config: Config
  entra: EntraClient
  sessions: Sessions
  cookie: SessionCookie
  beginner: SessionBeginner
  store: Store
  attempts: AttemptCookies
  errors: SignInErrors
}

/** The Login view, which then says that the person is signed out. */
export const signedOutView = `${pages.login}?signedOut`

/** What Entra sends with the browser: text from outside, each at most once. */
type CallbackQuery = Readonly<Record<string, string | string[] | undefined>>

/**
 * The redirect URI: Entra sends the browser here with a code or an error (RFC 6749 section 4.1.2).
 * Register it in a scope with the session plugin.
 */
export function callbackRoute(
  scope: FastifyInstance,
  options: CallbackOptions,
  done: () => void,
): void {
  const { config, attempts, errors, beginner } = options
  scope.get<{ Querystring: CallbackQuery }>(config.redirectPath, {
    exposeHeadRoute: false,
    config: { rateLimit: {} },
    handler: async (request, reply) => {
      if (isReturnFromSignOut(request.query)) return reply.redirect(signedOutView, 303)
      const attempt = await takeAttempt(request, options)
      if (!attempt) return reply.redirect(pages.welcome, 303)
      attempts.remove(reply, attempt)
      const { createdAt: beganAt, hadSession, returnTo } = attempt
      try {
        const grant = await redeem(request, attempt, options)
        await beginner.begin(request, reply, grant, { method: 'redirect', beganAt, hadSession })
      } catch (error) {
        throw await judgeDecline(toSignInFailure(error, returnTo), attempt, options)
      }
      return reply.redirect(returnTo, 303)
    },
    // Whatever goes wrong here, a person is waiting for a page.
    errorHandler: (error, request, reply) => {
      if (isRateLimited(error) && !wantsPage(request)) throw error
      errors.report(request, reply, toSignInFailure(error))
    },
  })
  done()
}

/** Entra leads a person who has signed out to the redirect URI, with no parameter of an answer. */
function isReturnFromSignOut(query: CallbackQuery): boolean {
  return ['state', 'code', 'error'].every((name) => query[name] === undefined)
}

/**
 * Finds the attempt that this is the answer to, and uses it up before anything is sent to Entra.
 * @returns undefined when somebody who is signed in has gone back to it
 */
async function takeAttempt(
  request: FastifyRequest<{ Querystring: CallbackQuery }>,
  { attempts, store, sessions, cookie }: CallbackOptions,
): Promise<Attempt | undefined> {
  const { state } = request.query
  if (typeof state !== 'string' || state === '') {
    throw new SignInFailure('state_missing', 'no single state')
  }
  const claimKey = `claim:${attemptId(state)}`
  const attempt = attempts.find(request, state)
  if (!attempt) {
    if ((await store.get(claimKey)) === undefined) {
      throw new SignInFailure('state_mismatch', 'this browser has no attempt with that state')
    }
    const id = cookie.idIn(request)
    const isSignedIn = id !== undefined && (await sessions.find(id)).kind === 'live'
    if (isSignedIn) return undefined
    throw new SignInFailure('state_replayed', 'the attempt was used before')
  }
  const { returnTo } = attempt
  if (isExpired(attempt)) throw new SignInFailure('state_expired', 'too late', { returnTo })
  if (await claim(store, claimKey, attempt.createdAt + attemptKeptMs)) return attempt
  throw new SignInFailure('state_replayed', 'the attempt was used before', { returnTo })
}

async function redeem(
  request: FastifyRequest<{ Querystring: CallbackQuery }>,
  attempt: Attempt,
  { config, entra }: CallbackOptions,
): Promise<Grant> {
  const { claims, cache, accessToken } = await entra.redeemCode({
    code: codeOf(request.query, attempt),
    redirectUri: config.redirectUri,
    scopes: attempt.scopes,
    nonce: attempt.nonce,
    codeVerifier: attempt.codeVerifier,
  })
  return { claims, cache, scopes: accessToken.scopes }
}

/** @throws {SignInFailure} for an answer that is an error, or none */
function codeOf(query: CallbackQuery, { returnTo }: Attempt): string {
  const { code, error, error_description: description } = query
  if (typeof error === 'string') {
    const facts = readEntraText(typeof description === 'string' ? description : '')
    throw fromAuthorizeError(error, facts, returnTo)
  }
  if (typeof code === 'string' && code !== '') return code
  throw new SignInFailure('sign_in_failed', 'neither a code nor an error', { returnTo })
}
