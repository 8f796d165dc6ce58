import { paths } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { requireSession } from './lookup.ts'
import type { SessionRoom } from './room.ts'
import { touchSession } from './touch.ts'

export async function sessionRoutes(api: FastifyInstance, room: SessionRoom): Promise<void> {
  const { views } = room

  /** Writes nothing: a request for the view does not keep the session alive. */
  api.get(paths.session, ({ lookup }, reply) => {
    // Do not return `reply`: Fastify would make a promise for its end.
    if (lookup.kind === 'live') views.sendSignedIn(reply, lookup.session.record)
    else views.sendSignedOut(reply, lookup.kind === 'ended' ? lookup.reason : 'none')
  })

  api.post(paths.extendSession, async (request, reply) => {
    const record = await touchSession(room, request, reply, requireSession(request))
    return views.sendSignedIn(reply, record)
  })
}
