import type { FastifyInstance } from 'fastify'
import type { EntraClient } from '../entra/client.ts'
import type { Store } from '../store/store.ts'

export interface HealthOptions {
  store: Store
  entra: EntraClient | undefined
}

type State = 'ok' | 'unavailable'

/** How often `/readyz` writes to the store: a full or failing disk still answers reads. */
const writeEveryMs = 10_000
const record = 'readyz'

/** `/livez`: the process answers. `/readyz`: it can sign people in. */
export function healthRoutes(
  app: FastifyInstance,
  { store, entra }: HealthOptions,
  done: () => void,
): void {
  const askStore = storeState(store, (err) => {
    app.log.error({ err }, 'the session store cannot be used')
  })
  app.get('/livez', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (app.draining) return reply.code(503).send({ status: 'closing' })
    const [storeState, authorityState] = await Promise.all([askStore(), authorityStateOf(entra)])
    const ready = storeState === 'ok' && authorityState === 'ok'
    const status = ready ? 'ok' : 'unavailable'
    return reply
      .code(ready ? 200 : 503)
      .send({ status, store: storeState, authority: authorityState })
  })
  done()
}

async function authorityStateOf(entra: EntraClient | undefined): Promise<State> {
  const ready = entra?.ready() ?? Promise.reject(new Error('not configured'))
  return ready.then(
    () => 'ok',
    () => 'unavailable',
  )
}

/** @param onTrouble called when the store begins to fail, once until it works again */
function storeState(store: Store, onTrouble: (error: unknown) => void): () => Promise<State> {
  let written: Promise<void> = Promise.resolve()
  let writtenAt = -Infinity
  let state: State = 'ok'

  function write(): Promise<void> {
    const now = Date.now()
    if (Math.abs(now - writtenAt) < writeEveryMs) return written
    writtenAt = now
    written = store.put(record, new Uint8Array(), now + writeEveryMs)
    return written
  }

  return async () => {
    try {
      await Promise.all([store.get(record), write()])
      state = 'ok'
    } catch (error) {
      if (state === 'ok') onTrouble(error)
      state = 'unavailable'
    }
    return state
  }
}
