import { views } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import type { EntraClient } from '../entra/client.ts'
import { readEntraText } from '../entra/failures.ts'
import type { IdTokenClaims } from '../entra/id-token.ts'
import type { Tokens } from '../entra/tokens.ts'
import { absoluteExpiry } from '../session/lifetimes.ts'
import type { SessionRecord } from '../session/record.ts'
import type { Sessions } from '../session/sessions.ts'
import { claim, type Store } from '../store/store.ts'
import { type Attempt, attemptId, attemptLifetime, isExpired } from './attempt.ts'
import type { AttemptCookies } from './attempt-cookies.ts'
import type { SignInErrors } from './error-cookies.ts'
import type { LastSession } from './last-session.ts'
import { fromAuthorizeError, SignInFailure, toSignInFailure } from './errors.ts'

export interface CallbackOptions {
  config: Config
  entra: EntraClient
  tokens: Tokens
  sessions: Sessions
  store: Store
  attempts: AttemptCookies
  errors: SignInErrors
  lastSession: LastSession
}

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
  const { config, attempts, errors } = options
  scope.get<{ Querystring: CallbackQuery }>(config.redirectPath, {
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const attempt = await takeAttempt(request, options)
      if (attempt === 'replayed by somebody signed in') return reply.redirect(views.welcome, 303)
      attempts.remove(reply, attempt)
      try {
        await signIn(request, reply, attempt, options)
      } catch (error) {
        throw toSignInFailure(error, attempt.returnTo)
      }
      request.log.info({ tenant: request.session.record?.user.tenantId }, 'signed in')
      return reply.redirect(attempt.returnTo, 303)
    },
    // Whatever goes wrong here, a person is waiting for a page.
    errorHandler: (error, request, reply) => {
      errors.report(request, reply, toSignInFailure(error))
    },
  })
  done()
}

/** Finds the attempt that this is the answer to, and uses it up before anything is sent to Entra. */
async function takeAttempt(
  request: FastifyRequest<{ Querystring: CallbackQuery }>,
  { attempts, store }: CallbackOptions,
): Promise<Attempt | 'replayed by somebody signed in'> {
  const { state } = request.query
  if (typeof state !== 'string' || state === '') {
    throw new SignInFailure('state_missing', 'no single state')
  }
  const claimKey = `claim:${attemptId(state)}`
  const attempt = attempts.find(request, state)
  if (!attempt) {
    const wasUsed = (await store.get(claimKey)) !== undefined
    if (wasUsed && request.session.record) return 'replayed by somebody signed in'
    throw wasUsed
      ? new SignInFailure('state_replayed', 'the attempt was used before')
      : new SignInFailure('state_mismatch', 'this browser has no attempt with that state')
  }
  const { returnTo } = attempt
  if (isExpired(attempt)) throw new SignInFailure('state_expired', 'too late', { returnTo })
  if (await claim(store, claimKey, Date.now() + 2 * attemptLifetime)) return attempt
  throw new SignInFailure('state_replayed', 'the attempt was used before', { returnTo })
}

async function signIn(
  request: FastifyRequest<{ Querystring: CallbackQuery }>,
  reply: FastifyReply,
  attempt: Attempt,
  { config, entra, tokens, sessions, lastSession }: CallbackOptions,
): Promise<void> {
  const grant = await entra.redeemCode({
    code: codeOf(request.query, attempt),
    redirectUri: config.redirectUri,
    scopes: attempt.scopes,
    nonce: attempt.nonce,
    codeVerifier: attempt.codeVerifier,
  })
  // A new id at sign-in: a planted cookie must not become a signed-in one (fixation).
  await request.session.regenerate()
  const record = recordOf(grant.claims, grant.accessToken.scopes)
  const expiresAt = absoluteExpiry(record, config.session)
  const key = sessions.keyOf(request.session.sessionId)
  await lastSession.replace(request, reply, sessions, key)
  await tokens.keep(key, grant.cache, expiresAt)
  request.session.record = record
  await request.session.save()
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

function recordOf(claims: IdTokenClaims, granted: string[]): SessionRecord {
  const { oid, tid, name, username, sid, loginHint } = claims
  const now = Date.now()
  return {
    user: { id: oid, tenantId: tid, name, username },
    ...(sid !== undefined && { sid }),
    ...(loginHint !== undefined && { loginHint }),
    granted,
    createdAt: now,
    lastSeenAt: now,
  }
}
