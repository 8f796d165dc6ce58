import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { plainReason } from '../plain-reason.ts'
import type { RouteDoc } from './route-doc.ts'

export interface HealthOptions {
  /** @throws when the store does not read or does not write */
  store: () => Promise<void>
  /** @throws when nobody can sign in */
  authority: () => Promise<void>
}

const Part = Type.Enum(['ok', 'unavailable'] as const)
const Ready = Type.Object({ status: Part, store: Part, authority: Part })
const reasons = Type.Object({
  store: Type.Optional(Type.String()),
  authority: Type.Optional(Type.String()),
})
const NotReady = Type.Union([
  Type.Object({ ...Ready.properties, reasons }),
  Type.Object({ status: Type.Literal('closing') }),
])

const livezDoc: RouteDoc = {
  summary: 'Tells that the process answers.',
  tag: 'Server',
  answers: {
    200: {
      description: 'The process answers.',
      body: Type.Object({ status: Type.Literal('ok') }),
    },
  },
}

const readyzDoc: RouteDoc = {
  summary: 'Tells whether the server can sign people in.',
  tag: 'Server',
  answers: {
    200: { description: 'The store and the authority can be used.', body: Ready },
    503: { description: 'A part cannot be used, or the server is closing.', body: NotReady },
  },
}

/** `/livez`: the process answers. `/readyz`: the server can sign people in. */
export async function healthRoutes(app: FastifyInstance, options: HealthOptions): Promise<void> {
  const storeTrouble = troubleFinder(app, 'the session store cannot be used', options.store)
  const authorityTrouble = troubleFinder(app, 'the authority cannot be used', options.authority)
  app.get('/livez', { config: { doc: livezDoc } }, () => ({ status: 'ok' }))
  app.get('/readyz', { config: { doc: readyzDoc } }, async (_request, reply) => {
    if (app.draining) return reply.code(503).send({ status: 'closing' })
    const [store, authority] = await Promise.all([storeTrouble(), authorityTrouble()])
    const isReady = store === undefined && authority === undefined
    return reply.code(isReady ? 200 : 503).send({
      status: stateOf(isReady),
      store: stateOf(store === undefined),
      authority: stateOf(authority === undefined),
      ...(!isReady && { reasons: { store, authority } }),
    })
  })
}

/**
 * Logs the error when a part begins to fail, once until it works again.
 * @returns a function that tells why the part is not ready, in words that anyone may read
 */
function troubleFinder(
  app: FastifyInstance,
  what: string,
  check: () => Promise<void>,
): () => Promise<string | undefined> {
  let isReady = true
  return async () => {
    try {
      await check()
      isReady = true
      return undefined
    } catch (err) {
      if (isReady) app.log.error({ err }, what)
      isReady = false
      return `${what}: ${plainReason(err)}`
    }
  }
}

function stateOf(isReady: boolean): 'ok' | 'unavailable' {
  return isReady ? 'ok' : 'unavailable'
}
