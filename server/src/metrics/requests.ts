import { paths } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Histogram, type Registry } from 'prom-client'

/** Seconds. A session read takes less than the first, a slow API more than the last but one. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]

/** Counts and times the requests of the app. To be called before the routes are registered. */
export function timeRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'entra_bff_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer',
    labelNames: ['method', 'route', 'code'],
    buckets,
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, next) => {
    const route = routeOf(request)
    if (!isStream(route, reply)) {
      const labels = { method: request.method, route, code: reply.statusCode }
      durations.observe(labels, reply.elapsedTime / 1_000)
    }
    next()
  })
}

/** The pattern of the route. A path that no route has is never a label: anybody can invent paths. */
function routeOf(request: FastifyRequest): string {
  const { url = 'other' } = request.routeOptions
  // The names of built files change with each build.
  return url.startsWith('/assets/') ? '/assets/*' : url
}

/** A stream lasts for as long as its page is open: its time tells nothing. */
function isStream(route: string, { statusCode }: FastifyReply): boolean {
  return route === paths.sessionEvents && statusCode === 200
}
