import { OwnSession, paths } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../failure.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import type { SessionRoom } from './room.ts'
import { endOwnSession, endSession } from './session-end.ts'
import { type LiveSession, requireSession } from './lookup.ts'

const doc = { tag: 'Session', session: 'needed' } as const
const endDoc = {
  ...doc,
  answers: { 204: { description: 'Ended.' } },
} as const satisfies Partial<RouteDoc>

/** `/api/sessions`: lists and ends the user's own sessions (OWASP ASVS 5.0, 7.5.2). */
export const ownSessionRoutes: FastifyPluginAsyncTypebox<SessionRoom> = async (api, room) => {
  function ownSessionsOf(request: FastifyRequest): Promise<LiveSession[]> {
    return room.sessions.ofUser(requireSession(request).record.user)
  }

  async function end(request: FastifyRequest, reply: FastifyReply, these: LiveSession[]) {
    const current = requireSession(request)
    for (const { name } of these) {
      if (name === current.name) await endOwnSession(room, request, reply, name, 'own_list')
      else await endSession(room, request, name, 'own_list')
    }
    return reply.code(204).send(null)
  }

  const list = {
    schema: { response: { 200: Type.Array(OwnSession) } },
    config: { doc: { ...doc, summary: 'Lists the sessions of the signed-in person.' } },
  }
  api.get(paths.sessions, list, async (request) => {
    const current = requireSession(request)
    const own = await ownSessionsOf(request)
    return own.map((session) => viewOf(session, session.name === current.name))
  })

  const one = {
    schema: { params: Type.Object({ id: Type.String() }) },
    config: {
      doc: {
        ...endDoc,
        summary: 'Ends one session of the signed-in person.',
        problems: ['not_found'],
      },
    },
  } as const
  api.delete(`${paths.sessions}/:id`, one, async (request, reply) => {
    const own = await ownSessionsOf(request)
    const these = own.filter((session) => idOf(session) === request.params.id)
    if (these.length === 0) throw new Failure('not_found', 'no such session of this user')
    return end(request, reply, these)
  })

  const others = {
    schema: { querystring: Type.Object({ scope: Type.Literal('others') }) },
    config: { doc: { ...endDoc, summary: 'Ends all other sessions of the signed-in person.' } },
  }
  api.delete(paths.sessions, others, async (request, reply) => {
    const current = requireSession(request)
    const own = await ownSessionsOf(request)
    return end(
      request,
      reply,
      own.filter(({ name }) => name !== current.name),
    )
  })
}

function viewOf(session: LiveSession, current: boolean): OwnSession {
  const { createdAt, lastSeenAt, userAgent, ip } = session.record
  return {
    id: idOf(session),
    current,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: new Date(lastSeenAt).toISOString(),
    userAgent,
    ip,
  }
}

/** The name of the record without its kind. */
function idOf({ name }: LiveSession): string {
  return name.slice(name.indexOf(':') + 1)
}
