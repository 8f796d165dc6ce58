import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { SessionCookie } from '../session/cookie.ts'
import { checkOrigin, checkSameOrigin } from '../http/csrf.ts'
import {
  type LiveSession,
  requireLive,
  type SessionLookup,
  type Sessions,
} from '../session/sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the session cookie of this request stands for; set by the guard of `/api`. */
    lookup: SessionLookup
  }
  interface FastifyContextConfig {
    /** The browser asks for this without a header of its own: an `EventSource` cannot send one. */
    sendsNoHeader?: boolean
  }
}

export interface GuardOptions {
  sessions: Sessions
  cookie: SessionCookie
  publicUrl: string
}

/** Reads the session of each request in its scope, once, and refuses requests of other origins. */
export const sessionGuard = fp(registerGuard, { name: 'session-guard' })

function registerGuard(scope: FastifyInstance, options: GuardOptions, done: () => void): void {
  const { sessions, cookie, publicUrl } = options
  scope.decorateRequest('lookup')
  scope.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.sendsNoHeader) checkSameOrigin(request, publicUrl)
    else checkOrigin(request, publicUrl, cookie.isIn(request))
    const id = cookie.idIn(request)
    request.lookup = id === undefined ? { kind: 'none' } : await sessions.find(id)
  })
  done()
}

/** @throws {Failure} `not_signed_in`, `session_expired`, `session_revoked` */
export function requireSession(request: FastifyRequest): LiveSession {
  return requireLive(request.lookup)
}
