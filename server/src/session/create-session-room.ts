import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Cookies } from '../http/cookie-attributes.ts'
import { SessionCookie } from './cookie.ts'
import { sessionEvents } from './events.ts'
import { lastSessionCookie } from './last-session.ts'
import { ownSessionRoutes } from './own-sessions.ts'
import type { SessionRoom } from './room.ts'
import { sessionRoutes } from './routes.ts'
import { Sessions, type SessionsOptions } from './sessions.ts'
import { sessionViews, type SessionViewsOptions } from './views.ts'
import { SessionWatches } from './watches.ts'

export interface SessionRoomOptions extends SessionsOptions {
  cookies: Cookies
  views: SessionViewsOptions
}

export function createSessionRoom({ cookies, views, ...options }: SessionRoomOptions): SessionRoom {
  const { lifetimes, vault } = options
  const sessions = new Sessions(options)
  const { ring } = vault
  const nameOf = (id: string) => sessions.nameOf(id)
  return {
    sessions,
    lifetimes,
    cookies,
    cookie: new SessionCookie({ kind: cookies.session, ring, nameOf }),
    lastSession: lastSessionCookie(cookies.lastSession, ring, lifetimes.maxMs / 1_000),
    views: sessionViews(views, lifetimes),
    watches: new SessionWatches(sessions, lifetimes),
  }
}

/** The routes below `/api` that show and end sessions. */
export async function sessionApi(api: FastifyInstance, room: SessionRoom): Promise<void> {
  await api.register(fp(sessionRoutes), room)
  await api.register(fp(sessionEvents), room)
  await api.register(fp(ownSessionRoutes), room)
  api.addHook('onClose', async () => {
    room.watches.close()
  })
}
