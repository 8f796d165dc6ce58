import { paths, Problem, SessionView } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { requireSession } from './lookup.ts'
import type { SessionRoom } from './room.ts'
import { touchSession } from './touch.ts'

export async function sessionRoutes(api: FastifyInstance, room: SessionRoom): Promise<void> {
  const { views } = room
  const schema = { response: { 200: SessionView, '4xx': Problem, '5xx': Problem } }

  /** Writes nothing: a request for the view does not keep the session alive. */
  api.get(paths.session, { schema }, ({ lookup }): SessionView => {
    if (lookup.kind === 'live') return views.signedIn(lookup.session.record)
    return views.signedOut(lookup.kind === 'ended' ? lookup.reason : 'none')
  })

  api.post(paths.extendSession, { schema }, async (request, reply): Promise<SessionView> => {
    return views.signedIn(await touchSession(room, request, reply, requireSession(request)))
  })
}
