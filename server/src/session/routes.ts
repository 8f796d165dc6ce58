import { paths, SessionView } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import type { RouteDoc } from '../http/route-doc.ts'
import { requireSession } from './lookup.ts'
import type { SessionRoom } from './room.ts'
import { touchSession } from './touch.ts'

const readDoc: RouteDoc = {
  summary: 'Tells who is signed in, until when, and which calls the page offers.',
  description: 'Does not count as use of the session.',
  tag: 'Session',
  answers: { 200: { description: 'Signed in or signed out.', body: SessionView } },
}

const extendDoc: RouteDoc = {
  summary: 'Keeps the session alive.',
  tag: 'Session',
  session: 'needed',
  answers: { 200: { description: 'The session, with its new end.', body: SessionView } },
}

export async function sessionRoutes(api: FastifyInstance, room: SessionRoom): Promise<void> {
  const { views } = room

  /** Writes nothing: a request for the view does not keep the session alive. */
  api.get(paths.session, { config: { doc: readDoc } }, ({ lookup }, reply) => {
    // Do not return `reply`: Fastify would make a promise for its end.
    if (lookup.kind === 'live') views.sendSignedIn(reply, lookup.session.record)
    else views.sendSignedOut(reply, lookup.kind === 'ended' ? lookup.reason : 'none')
  })

  api.post(paths.extendSession, { config: { doc: extendDoc } }, async (request, reply) => {
    const record = await touchSession(room, request, reply, requireSession(request))
    return views.sendSignedIn(reply, record)
  })
}
