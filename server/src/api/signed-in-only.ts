import type { FastifyInstance, onRequestHookHandler, onSendAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { requireCaller } from '../caller/caller.ts'
import { callProblems } from '../downstream/document-call.ts'
import type { RouteDoc } from '../http/route-doc.ts'

/**
 * Puts each route that is registered from here on behind a session, whatever the handler of the
 * route does. A request that succeeds keeps the session alive.
 */
export const signedInOnly = fp(registerSignedInOnly, {
  name: 'signed-in-only',
  dependencies: ['caller-guard'],
})

/** What the document says of such a route, unless the route says something else. */
const ownDoc: Omit<RouteDoc, 'summary'> = {
  tag: 'Your routes',
  session: 'needed',
  problems: [...callProblems, 'insufficient_user_authentication'],
}

async function registerSignedInOnly(api: FastifyInstance): Promise<void> {
  api.addHook('onRoute', (route) => {
    route.onRequest = [signedIn, ...[route.onRequest ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), keepAlive]
    const summary = `${[route.method].flat().join()} ${route.url}`
    const { doc = { summary } } = route.config ?? {}
    if (doc !== 'hidden') route.config = { ...route.config, doc: { ...ownDoc, ...doc } }
  })
}

const signedIn: onRequestHookHandler = (request, _reply, next) => {
  requireCaller(request)
  next()
}

const keepAlive: onSendAsyncHookHandler = async (request, reply) => {
  if (reply.statusCode >= 400) return
  await requireCaller(request)
    .touch(reply)
    .catch((error: unknown) => {
      request.log.warn({ err: error }, 'the idle expiry of the session was not moved')
    })
}
