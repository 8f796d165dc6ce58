import type { FastifyInstance } from 'fastify'
import { type Cookies } from '../http/cookie-attributes.ts'
import type { Vault } from '../store/vault.ts'
import type { TokenRecords } from '../tokens/token-records.ts'
import type { Admission } from './admission.ts'
import { SessionCookie } from './cookie.ts'
import { sessionEvents } from './events.ts'
import { lastSessionCookie, type LastSessionCookie } from './last-session.ts'
import type { Lifetimes } from './lifetimes.ts'
import { ownSessionRoutes } from './own-sessions.ts'
import { SessionRenewal } from './renewal.ts'
import { sessionRoutes } from './routes.ts'
import { SessionEnd } from './session-end.ts'
import { Sessions } from './sessions.ts'
import { SessionViews, type SessionViewsOptions } from './views.ts'

export interface OpenSessionsOptions {
  vault: Vault
  cookies: Cookies
  tokens: Pick<TokenRecords, 'erase' | 'reseal'>
  lifetimes: Lifetimes
  admission: Admission
  views: Omit<SessionViewsOptions, 'lifetimes'>
}

/** Everything about sessions that other rooms use. */
export interface SessionRoom {
  lifetimes: Lifetimes
  sessions: Sessions
  cookie: SessionCookie
  lastSession: LastSessionCookie
  renewal: SessionRenewal
  sessionEnd: SessionEnd
  views: SessionViews
}

export function openSessions(options: OpenSessionsOptions): SessionRoom {
  const { vault, cookies, lifetimes } = options
  const sessions = new Sessions(options)
  const cookie = new SessionCookie(cookies.session, vault.ring)
  const lastSession = lastSessionCookie(cookies.lastSession, vault.ring, lifetimes.max / 1_000)
  return {
    lifetimes,
    sessions,
    cookie,
    lastSession,
    renewal: new SessionRenewal({ sessions, cookie, lastSession, lifetimes }),
    sessionEnd: new SessionEnd(sessions, cookies),
    views: new SessionViews({ ...options.views, lifetimes }),
  }
}

/** The routes below `/api` that tell of sessions and end them. */
export async function sessionApi(api: FastifyInstance, room: SessionRoom): Promise<void> {
  await api.register(sessionRoutes, room)
  await api.register(sessionEvents, room)
  await api.register(ownSessionRoutes, room)
}
