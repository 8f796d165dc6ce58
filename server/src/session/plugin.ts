import fastifySession from '@fastify/session'
import type { FastifyInstance, Session } from 'fastify'
import fp from 'fastify-plugin'
import type { CookieKind } from '../http/cookies.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { newSessionId, signSessionId, verifySessionId } from './cookie.ts'
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
  ring: KeyRing
  cookie: CookieKind
  lifetimes: Lifetimes
}

/**
 * `@fastify/session`, for the routes that begin a session. Register it nowhere else: it costs half
 * the speed of a route, and a route that only reads must not be able to save.
 */
export const sessionPlugin = fp(registerSession, { name: 'session-that-begins' })

async function registerSession(scope: FastifyInstance, options: SessionPluginOptions) {
  const { sessions, ring, cookie, lifetimes } = options
  await scope.register(fastifySession, {
    store: storeOf(sessions),
    secret: signerOf(ring),
    idGenerator: newSessionId,
    cookieName: cookie.name,
    cookie: { ...cookie.options, maxAge: lifetimes.max + remembrance },
    rolling: false,
    saveUninitialized: false,
  })
}

/** Signs with the newest key, accepts them all; the plugin's own signer keeps the first it saw. */
function signerOf(ring: KeyRing) {
  return {
    sign: (id: string) => signSessionId(ring, id),
    unsign: (value: string) => {
      const id = verifySessionId(ring, value)
      return id === undefined
        ? ({ valid: false, renew: false, value: null } as const)
        : ({ valid: true, renew: false, value: id } as const)
    },
  }
}

/**
 * The plugin's view of our sessions. It can begin one and end one; it cannot change one, so it
 * cannot bring an ended one back.
 */
function storeOf(sessions: Sessions): fastifySession.SessionStore {
  return {
    get: (id, done) => {
      sessions.findById(id).then(
        (found) => {
          done(null, found.kind === 'live' ? restored(found.session.record) : null)
        },
        (error: unknown) => {
          done(error)
        },
      )
    },
    set: (id, session, done) => {
      const { record } = session
      settle(record ? sessions.begin(id, record) : Promise.resolve(), done)
    },
    destroy: (id, done) => {
      settle(sessions.endById(id), done)
    },
  }
}

/** Without a cookie: the plugin makes that from its options. */
function restored(record: SessionRecord): Session {
  return { record } as Session
}

function settle(work: Promise<void>, done: (error?: unknown) => void): void {
  work.then(() => {
    done()
  }, done)
}
