import { paths } from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { EntraClient } from '../entra/client.ts'
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

/**
 * `GET /auth/frontchannel-logout`: Entra's sign-out page opens it in a frame, without our cookies
 * (OpenID Connect Front-Channel Logout 1.0). Entra sends `sid` alone; an `iss` must be the right one.
 * The answer is the same whether there was such a session or not.
 */
export const frontChannelRoute: FastifyPluginCallbackTypebox<FrontChannelOptions> = (
  scope,
  { entra, room },
  done,
) => {
  const options = {
    schema: { querystring: Query },
    exposeHeadRoute: false,
    config: { rateLimit: {} },
  }
  scope.get(paths.frontChannelLogout, options, async (request, reply) => {
    const { sid, iss } = request.query
    for (const session of sid ? await room.sessions.ofSid(sid) : []) {
      if (iss === undefined || iss === session.record.iss) {
        await endSession(room, request, session.name, 'front_channel')
      }
    }
    // Entra's page may frame this one.
    const policy = `default-src 'none'; frame-ancestors ${entra.origin}`
    return reply.header('content-security-policy', policy).type('text/html').send('')
  })
  done()
}
