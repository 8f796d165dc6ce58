import fastifySession from '@fastify/session'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { newSessionId, type SessionCookie } from './cookie.ts'
import { type Lifetimes, remembrance } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { Sessions } from './sessions.ts'

declare module 'fastify' {
  interface Session {
    /** Absent until a sign-in succeeded: such a session is never stored. */
    record?: SessionRecord
  }
}

export interface SessionPluginOptions {
  sessions: Sessions
  cookie: SessionCookie
  lifetimes: Lifetimes
}

/**
 * `@fastify/session`, for the routes that begin a session. Register it nowhere else: it costs half
 * the speed of a route, and a route that only reads must not be able to save.
 */
export const sessionPlugin = fp(registerSession, { name: 'session-that-begins' })

async function registerSession(scope: FastifyInstance, options: SessionPluginOptions) {
  const { sessions, cookie, lifetimes } = options
  const { name } = cookie.kind
  scope.decorateRequest('hiddenSessionCookie')
  // The plugin never sees a session that exists: so it takes over no id that somebody planted,
  // brings nothing back that has ended, and clears no cookie that an older secret signed.
  scope.addHook('onRequest', async (request) => {
    const { [name]: own, ...others } = request.cookies
    request.hiddenSessionCookie = own
    request.cookies = others
  })
  await scope.register(fastifySession, {
    store: beginningIn(sessions),
    secret: {
      sign: (id) => cookie.sign(id),
      unsign: () => ({ valid: false, renew: false, value: null }),
    },
    idGenerator: newSessionId,
    cookieName: name,
    cookie: { ...cookie.kind.options, maxAge: lifetimes.maxMs + remembrance },
    rolling: false,
    saveUninitialized: false,
  })
}

/** All that the plugin can do with our sessions is begin one. */
function beginningIn(sessions: Sessions): fastifySession.SessionStore {
  return {
    get: (_id, done) => {
      done(null, null)
    },
    set: (id, { record }, done) => {
      const begun = record ? sessions.begin(id, record) : Promise.resolve()
      begun.then(() => {
        done()
      }, done)
    },
    destroy: (_id, done) => {
      done()
    },
  }
}
