import type { FastifyInstance } from 'fastify'

export interface HealthOptions {
  store: () => Promise<boolean>
  /** Whether the discovery document of the authority is known. */
  authority: () => Promise<boolean>
}

/** `/livez`: the process answers. `/readyz`: the server can sign people in. */
export async function healthRoutes(
  app: FastifyInstance,
  { store, authority }: HealthOptions,
): Promise<void> {
  app.get('/livez', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (app.draining) return reply.code(503).send({ status: 'closing' })
    const [isStoreReady, isAuthorityReady] = await Promise.all([store(), authority()])
    const isReady = isStoreReady && isAuthorityReady
    return reply.code(isReady ? 200 : 503).send({
      status: stateOf(isReady),
      store: stateOf(isStoreReady),
      authority: stateOf(isAuthorityReady),
    })
  })
}

function stateOf(isReady: boolean): 'ok' | 'unavailable' {
  return isReady ? 'ok' : 'unavailable'
}
