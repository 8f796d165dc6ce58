import fastifySession from '@fastify/session'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { TokenCache } from '../entra/token-cache.ts'
import { newSessionId } from './cookie.ts'
import { tombstoneTtlMs } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { SessionRoom } from './room.ts'
import type { Sessions } from './sessions.ts'

/** The session that a request can begin. Its name is known before anything is written. */
export interface NewSession {
  readonly name: string
  /**
   * Writes the session and its tokens; the answer to this request sets its cookie.
   * @throws {Failure} `session_revoked` when the session was ended before it was written
   */
  begin(record: SessionRecord, tokens: TokenCache): Promise<void>
}

declare module 'fastify' {
  interface Session {
    beginning?: { record: SessionRecord; tokens: TokenCache }
  }
  interface FastifyRequest {
    newSession: NewSession
  }
}

/**
 * Decorates the requests of its scope with `newSession`. `@fastify/session` makes the id and sets the
 * cookie. It never sees a cookie, and so does nothing else: it would halve the speed of a
 * route, save after requests that only read, and take over a session id that somebody planted.
 */
export const sessionPlugin = fp(registerSession, {
  name: 'session-plugin',
  dependencies: ['@fastify/cookie'],
})

async function registerSession(scope: FastifyInstance, room: SessionRoom) {
  const { sessions, cookie, lifetimes } = room
  const { name, options: attributes } = cookie.kind
  scope.addHook('onRequest', (request, _reply, next) => {
    // `@fastify/cookie` reads the header anew when a cookie is set: the setter ignores that.
    Object.defineProperty(request, 'cookies', { get: () => ({}), set: () => undefined })
    next()
  })
  await scope.register(fastifySession, {
    store: storeThatBegins(sessions),
    secret: {
      sign: (id) => cookie.sign(id),
      unsign: () => ({ valid: false, renew: false, value: null }),
    },
    idGenerator: newSessionId,
    cookieName: name,
    cookie: { ...attributes, maxAge: lifetimes.maxMs + tombstoneTtlMs },
    rolling: false,
    saveUninitialized: false,
  })
  scope.decorateRequest('newSession', {
    getter() {
      return newSessionOf(this, sessions)
    },
  })
}

function newSessionOf({ session }: FastifyRequest, sessions: Sessions): NewSession {
  return {
    name: sessions.nameOf(session.sessionId),
    async begin(record, tokens) {
      session.beginning = { record, tokens }
      try {
        await session.save()
      } catch (error) {
        // Else the plugin would save the session once more when the answer is sent.
        delete session.beginning
        throw error
      }
    },
  }
}

function storeThatBegins(sessions: Sessions): fastifySession.SessionStore {
  return {
    get: (_id, done) => {
      done(null, null)
    },
    set: (id, { beginning }, done) => {
      const begun = beginning
        ? sessions.begin(sessions.nameOf(id), beginning.record, beginning.tokens)
        : Promise.resolve()
      begun.then(() => {
        done()
      }, done)
    },
    destroy: (_id, done) => {
      done()
    },
  }
}
