import { OwnSession, Problem } from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../failure.ts'
import { endSession } from './end.ts'
import { requireSession } from '../caller/guard.ts'
import type { LiveSession, Sessions } from './sessions.ts'

export interface OwnSessionsOptions {
  sessions: Sessions
  /** Clears every cookie that is about a person. */
  forgetPerson: (reply: FastifyReply) => void
}

/** `/api/sessions`: where a person is signed in, and signing out there (OWASP ASVS 5.0, 7.5.2). */
export const ownSessionRoutes: FastifyPluginCallbackTypebox<OwnSessionsOptions> = (
  api,
  { sessions, forgetPerson },
  done,
) => {
  const errors = { '4xx': Problem, '5xx': Problem }

  async function end(request: FastifyRequest, reply: FastifyReply, these: LiveSession[]) {
    const current = requireSession(request)
    for (const { key } of these) await endSession(request, sessions, key, 'own_list')
    if (these.some(({ key }) => key === current.key)) forgetPerson(reply)
    return reply.code(204).send(null)
  }

  const listSchema = { response: { 200: Type.Array(OwnSession), ...errors } }
  api.get('/sessions', { schema: listSchema }, async (request) => {
    const current = requireSession(request)
    const own = await sessions.of(current.record.user)
    return own.map((session) => viewOf(session, session.key === current.key))
  })

  const oneSchema = { params: Type.Object({ id: Type.String() }), response: errors }
  api.delete('/sessions/:id', { schema: oneSchema }, async (request, reply) => {
    const own = await sessions.of(requireSession(request).record.user)
    const one = own.filter((session) => idOf(session) === request.params.id)
    if (one.length === 0) throw new Failure('not_found', 'no such session of this person')
    return end(request, reply, one)
  })

  const othersSchema = {
    querystring: Type.Object({ scope: Type.Literal('others') }),
    response: errors,
  }
  api.delete('/sessions', { schema: othersSchema }, async (request, reply) => {
    const current = requireSession(request)
    const own = await sessions.of(current.record.user)
    return end(
      request,
      reply,
      own.filter(({ key }) => key !== current.key),
    )
  })
  done()
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

function idOf({ key }: LiveSession): string {
  return key.slice(key.indexOf(':') + 1)
}
