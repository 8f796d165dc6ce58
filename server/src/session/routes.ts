import { paths, Problem, SessionView } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { requireSession } from './lookup.ts'
import type { SessionRenewal } from './renewal.ts'
import type { SessionViews } from './views.ts'

export interface SessionRouteOptions {
  views: SessionViews
  renewal: SessionRenewal
}

export async function sessionRoutes(
  api: FastifyInstance,
  { views, renewal }: SessionRouteOptions,
): Promise<void> {
  const schema = { response: { 200: SessionView, '4xx': Problem, '5xx': Problem } }

  /** Writes nothing: asking for the session does not keep it alive. */
  api.get(paths.session, { schema }, ({ lookup }): SessionView => {
    if (lookup.kind === 'live') return views.signedIn(lookup.session.record)
    return views.signedOut(lookup.kind === 'ended' ? lookup.reason : 'none')
  })

  api.post(paths.extendSession, { schema }, async (request, reply): Promise<SessionView> => {
    return views.signedIn(await renewal.touch(request, reply, requireSession(request)))
  })
}
