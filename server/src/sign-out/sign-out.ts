import { paths, signedOutPage } from '@entra-bff/shared'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Config } from '../config/config.ts'
import type { EntraClient } from '../entra/client.ts'
import { EntraFailure } from '../entra/failures.ts'
import { checkSameOrigin } from '../http/csrf.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import type { SessionRoom } from '../session/room.ts'
import { endOwnSession } from '../session/session-end.ts'

export interface SignOutOptions {
  config: Config
  entra: EntraClient
  room: SessionRoom
}

const doc: RouteDoc = {
  summary: 'Signs out here, and leads to the sign-out page of Microsoft Entra ID.',
  description:
    'Answers the same without a session. A form of the page needs no X-CSRF: its browser sends `Sec-Fetch-Site: same-origin`. The content of the body is ignored.',
  tag: 'Sign-in',
  session: 'read',
  answers: {
    200: {
      description: 'For `Accept: application/json`: the address of the sign-out page.',
      body: Type.Object({ logoutUrl: Type.String() }),
      headers: ['Clear-Site-Data'],
    },
    303: {
      description: 'To the sign-out page of Microsoft Entra ID.',
      headers: ['Location', 'Clear-Site-Data'],
    },
  },
}

/**
 * `POST /auth/logout`: ends the session here, then sends the browser to Entra to end the session there
 * (OpenID Connect RP-Initiated Logout 1.0).
 */
export async function signOutRoute(scope: FastifyInstance, options: SignOutOptions): Promise<void> {
  const { config, room } = options
  const { cookie } = room
  // A form of the page sends a body of this type. Its content is ignored.
  const form = { parseAs: 'string', bodyLimit: 4_096 } as const
  scope.addContentTypeParser('application/x-www-form-urlencoded', form, async () => ({}))
  scope.post(paths.logout, { config: { doc } }, async (request, reply) => {
    checkSameOrigin(request, config.publicUrl)
    const name = cookie.nameIn(request)
    const ended = await endOwnSession(room, request, reply, name, 'sign_out')
    reply.header('clear-site-data', '"cache", "storage"')
    const url = await signOutUrl(options, ended?.loginHint, request)
    const wantsJson = request.headers.accept?.includes('application/json') ?? false
    return wantsJson ? reply.send({ logoutUrl: url }) : reply.redirect(url, 303)
  })
}

/**
 * The address of Entra's sign-out page, or of the Login view without a discovery document. The server
 * does not check whether Entra can be reached: the browser may reach Entra when the server cannot.
 */
async function signOutUrl(
  { config, entra }: SignOutOptions,
  loginHint: string | undefined,
  request: FastifyRequest,
): Promise<string> {
  try {
    // After the sign-out, Entra leads only to a registered redirect URI: the callback route.
    return await entra.signOutUrl(config.redirectUri, loginHint)
  } catch (error) {
    if (!(error instanceof EntraFailure)) throw error
    request.log.warn({ err: error }, 'signed out here only')
    return `${config.publicUrl}${signedOutPage}`
  }
}
