import { Problem, SessionView } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { requireSession } from '../caller/guard.ts'
import type { Prolonging } from './renewal.ts'
import type { SessionViews } from './views.ts'

export interface SessionRouteOptions {
  views: SessionViews
  prolonging: Prolonging
}

export function sessionRoutes(
  api: FastifyInstance,
  { views, prolonging }: SessionRouteOptions,
  done: () => void,
): void {
  const schema = { response: { 200: SessionView, '4xx': Problem, '5xx': Problem } }

  /** Who the browser is. Starts nothing, changes nothing. */
  api.get('/session', { schema }, ({ lookup }): SessionView => {
    if (lookup.kind === 'live') return views.signedIn(lookup.session.record)
    return views.signedOut(lookup.kind === 'ended' ? lookup.reason : 'none')
  })

  /** "Stay signed in": as good as any other use of the session. */
  api.post('/session/extend', { schema }, async (request, reply): Promise<SessionView> => {
    const session = requireSession(request)
    return views.signedIn(await prolonging.prolong(request, reply, session))
  })
  done()
}
