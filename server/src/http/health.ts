import type { FastifyInstance } from 'fastify'
import type { EntraClient } from '../entra/client.ts'
import type { Store } from '../store/store.ts'

export interface HealthOptions {
  store: Store
  entra: EntraClient | undefined
}

/** `/livez`: the process answers. `/readyz`: it can sign people in. */
export function healthRoutes(
  app: FastifyInstance,
  { store, entra }: HealthOptions,
  done: () => void,
): void {
  app.get('/livez', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (app.draining) return reply.code(503).send({ status: 'closing' })
    const [storeState, authorityState] = await Promise.all([
      stateOf(() => store.get('readyz')),
      stateOf(() => entra?.ready() ?? Promise.reject(new Error('not configured'))),
    ])
    const ready = storeState === 'ok' && authorityState === 'ok'
    const status = ready ? 'ok' : 'unavailable'
    return reply
      .code(ready ? 200 : 503)
      .send({ status, store: storeState, authority: authorityState })
  })
  done()
}

async function stateOf(check: () => Promise<unknown>): Promise<'ok' | 'unavailable'> {
  return check().then(
    () => 'ok',
    () => 'unavailable',
  )
}
