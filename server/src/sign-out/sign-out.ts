import { paths, signedOutPage } from '@entra-bff/shared'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import type { EntraClient } from '../entra/client.ts'
import { EntraFailure } from '../entra/failures.ts'
import { checkSameOrigin } from '../http/csrf.ts'
import type { SessionRoom } from '../session/room.ts'
import { endOwnSession } from '../session/session-end.ts'

export interface SignOutOptions {
  config: Config
  entra: EntraClient
  room: SessionRoom
}

/**
 * `POST /auth/logout`: ends the session here first, then says where to end the one at Entra
 * (OpenID Connect RP-Initiated Logout 1.0).
 */
export function signOutRoute(
  scope: FastifyInstance,
  options: SignOutOptions,
  done: () => void,
): void {
  const { config, room } = options
  const { cookie, sessions } = room
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    (_request, _body, parsed) => {
      parsed(null, {})
    },
  )
  scope.post(paths.logout, async (request, reply) => {
    checkSameOrigin(request, config.publicUrl)
    const id = cookie.idIn(request)
    const name = id === undefined ? undefined : sessions.nameOf(id)
    const ended = await endOwnSession(room, request, reply, name, 'sign_out')
    reply.header('clear-site-data', '"cache", "storage"')
    const url = await signOutUrl(options, ended?.loginHint, request)
    const wantsJson = request.headers.accept?.includes('application/json') ?? false
    return wantsJson ? reply.send({ logoutUrl: url }) : reply.redirect(url, 303)
  })
  done()
}

/**
 * Entra's sign-out, or the Login view while Entra's addresses cannot be read. Addresses that are
 * known are used without asking whether Entra is up: the browser may reach it when we do not.
 */
async function signOutUrl(
  { config, entra }: SignOutOptions,
  loginHint: string | undefined,
  request: FastifyRequest,
): Promise<string> {
  try {
    // Entra comes back only to a registered redirect URI; the callback leads on from there.
    return await entra.signOutUrl(config.redirectUri, loginHint)
  } catch (error) {
    if (!(error instanceof EntraFailure)) throw error
    request.log.warn({ err: error }, 'signed out here only')
    return `${config.publicUrl}${signedOutPage}`
  }
}
