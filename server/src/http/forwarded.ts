import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../address.ts'

/** Warns once when a trusted proxy does not send the address of a client. */
export const forwarded = fp(registerForwarded, { name: 'forwarded' })

async function registerForwarded(app: FastifyInstance): Promise<void> {
  let warned = false
  app.addHook('onRequest', (request, _reply, next) => {
    const isForwarded = request.headers['x-forwarded-for'] !== undefined
    if (!warned && isForwarded && addressOf(request) === 'unknown') {
      warned = true
      request.log.warn(
        'X-Forwarded-For holds something other than an address. All such clients count as one for ' +
          'RATE_LIMIT, and the log calls them "unknown". Make the proxy send the client’s address.',
      )
    }
    next()
  })
}
