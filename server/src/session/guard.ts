import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Failure } from '../failure.ts'
import { checkOrigin } from './csrf.ts'
import type { LiveSession, SessionLookup, Sessions } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the session cookie of this request stands for; set by the guard of `/api`. */
    lookup: SessionLookup
  }
}

export interface GuardOptions {
  sessions: Sessions
  cookieName: string
  publicUrl: string
}

/** Reads the session of each request in its scope, once, and refuses requests of other origins. */
export const sessionGuard = fp(registerGuard, { name: 'session-guard' })

function registerGuard(scope: FastifyInstance, options: GuardOptions, done: () => void): void {
  const { sessions, cookieName, publicUrl } = options
  scope.decorateRequest('lookup')
  scope.addHook('onRequest', async (request, reply) => {
    const cookie = request.cookies[cookieName]
    checkOrigin(request, publicUrl, cookie !== undefined)
    request.lookup = await sessions.find(cookie)
    reply.header('cache-control', 'no-store')
  })
  done()
}

/** @throws {Failure} `not_signed_in`, `session_expired`, `session_revoked` */
export function requireSession(request: FastifyRequest): LiveSession {
  const { lookup } = request
  switch (lookup.kind) {
    case 'live':
      return lookup.session
    case 'ended':
      throw new Failure(`session_${lookup.reason}`, 'the session is over')
    case 'none':
      throw new Failure('not_signed_in', 'no session')
  }
}
