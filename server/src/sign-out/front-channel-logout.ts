import { paths } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { EntraClient } from '../entra/client.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import type { SessionRoom } from '../session/room.ts'
import { endSession } from '../session/session-end.ts'

export interface FrontChannelOptions {
  entra: EntraClient
  room: SessionRoom
}

const Query = Type.Object({
  sid: Type.Optional(Type.String({ maxLength: 256 })),
  iss: Type.Optional(Type.String({ maxLength: 512 })),
})

const doc: RouteDoc = {
  summary: 'Ends the sessions of one sign-in at Microsoft Entra ID.',
  description:
    'The sign-out page of Entra opens this address in a frame. The answer never tells whether there was a session.',
  tag: 'Sign-in',
  problems: ['store_unavailable'],
  answers: { 200: { description: 'An empty page.', types: ['text/html'] } },
}

/**
 * `GET /auth/frontchannel-logout`: Entra's sign-out page opens this route in a frame, without the
 * session cookie (OpenID Connect Front-Channel Logout 1.0). Entra sends only `sid`; if there is an `iss`,
 * it must be the session's issuer. The answer does not tell whether there was a session.
 */
export const frontChannelRoute: FastifyPluginAsyncTypebox<FrontChannelOptions> = async (
  scope,
  { entra, room },
) => {
  const options = {
    schema: { querystring: Query },
    exposeHeadRoute: false,
    config: { doc, rateLimit: {} },
  }
  scope.get(paths.frontChannelLogout, options, async (request, reply) => {
    const { sid, iss } = request.query
    for (const session of sid ? await room.sessions.ofSid(sid) : []) {
      if (iss === undefined || iss === session.record.iss) {
        await endSession(room, request, session.name, 'front_channel')
      }
    }
    // Entra's page may frame the answer.
    const policy = `default-src 'none'; frame-ancestors ${entra.origin}`
    return reply.header('content-security-policy', policy).type('text/html').send('')
  })
}
