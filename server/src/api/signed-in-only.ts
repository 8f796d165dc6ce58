import type { FastifyInstance, onSendAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { keepAlive } from '../caller/keep-alive.ts'
import { admit } from '../caller/requirement.ts'
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
    route.onRequest = [admit(), ...[route.onRequest ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), keepAliveOnSuccess]
    const summary = `${[route.method].flat().join()} ${route.url}`
    const { doc = { summary } } = route.config ?? {}
    if (doc !== 'hidden') route.config = { ...route.config, doc: { ...ownDoc, ...doc } }
  })
}

const keepAliveOnSuccess: onSendAsyncHookHandler = async (request, reply) => {
  // A hook of the app can answer before the guard has looked for a caller.
  const { caller } = request
  if (caller && reply.statusCode < 400) await keepAlive(caller, reply)
}
