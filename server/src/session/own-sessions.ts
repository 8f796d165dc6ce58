import { OwnSession, paths, Problem } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../failure.ts'
import type { SessionRoom } from './room.ts'
import { endOwnSession, endSession } from './session-end.ts'
import { type LiveSession, requireSession } from './lookup.ts'

/** `/api/sessions`: lists and ends the user's own sessions (OWASP ASVS 5.0, 7.5.2). */
export const ownSessionRoutes: FastifyPluginAsyncTypebox<SessionRoom> = async (api, room) => {
  const errors = { '4xx': Problem, '5xx': Problem }

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

  const listSchema = { response: { 200: Type.Array(OwnSession), ...errors } }
  api.get(paths.sessions, { schema: listSchema }, async (request) => {
    const current = requireSession(request)
    const own = await ownSessionsOf(request)
    return own.map((session) => viewOf(session, session.name === current.name))
  })

  const oneSchema = { params: Type.Object({ id: Type.String() }), response: errors }
  api.delete(`${paths.sessions}/:id`, { schema: oneSchema }, async (request, reply) => {
    const own = await ownSessionsOf(request)
    const one = own.filter((session) => idOf(session) === request.params.id)
    if (one.length === 0) throw new Failure('not_found', 'no such session of this user')
    return end(request, reply, one)
  })

  const othersSchema = {
    querystring: Type.Object({ scope: Type.Literal('others') }),
    response: errors,
  }
  api.delete(paths.sessions, { schema: othersSchema }, async (request, reply) => {
    const current = requireSession(request)
    const own = await ownSessionsOf(request)
    const others = own.filter(({ name }) => name !== current.name)
    return end(request, reply, others)
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
