import { Readable } from 'node:stream'
import { paths } from '@entra-bff/shared'
import type { FastifyInstance, onSendHookHandler } from 'fastify'
import { Gauge, type Registry } from 'prom-client'

/** Counts the pages that listen for events. To be called before the routes are registered. */
export function countEventStreams(app: FastifyInstance, registry: Registry): void {
  const open = new Gauge({
    name: 'entra_bff_event_streams',
    help: 'Event streams that are open',
    registers: [registry],
  })
  const count: onSendHookHandler = (_request, _reply, payload, next) => {
    if (payload instanceof Readable) {
      open.inc()
      payload.once('close', () => {
        open.dec()
      })
    }
    next()
  }
  app.addHook('onRoute', (route) => {
    if (route.url !== paths.sessionEvents) return
    route.onSend = [...[route.onSend ?? []].flat(), count]
  })
}
