import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { customerPrefix, networkOf } from '../address.ts'
import { Failure } from '../failure.ts'

/** A link, a home, a company: who has one of the wider networks has many of the narrower. */
const narrowest = 64
const wider = [
  { prefix: 56, times: 4 },
  { prefix: customerPrefix, times: 16 },
]

/**
 * Holds each IPv4 address and each IPv6 network to so many requests per minute on each route whose
 * configuration has a `rateLimit`: a /64 to `max`, a /56 to four times and a /48 to sixteen times as
 * many. Counted in this process alone.
 * @param max 0: no limit
 */
export const rateLimits = fp(registerRateLimits, { name: 'rate-limits' })

async function registerRateLimits(app: FastifyInstance, { max }: { max: number }): Promise<void> {
  if (max === 0) return
  const silent = {
    'x-ratelimit-limit': false,
    'x-ratelimit-remaining': false,
    'x-ratelimit-reset': false,
  }
  await app.register(rateLimit, {
    global: false,
    max,
    timeWindow: 60_000,
    keyGenerator: (request) => networkOf(request, narrowest),
    addHeadersOnExceeding: silent,
    // Set where every problem is answered.
    addHeaders: { ...silent, 'retry-after': false },
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  })
  // After the plugin's own: what the narrowest network is refused does not count for the wider ones.
  app.addHook('onRoute', (route) => {
    const own = route.config?.rateLimit
    if (own) addHook(route, limitWider(app, typeof own.max === 'number' ? own.max : max))
  })
}

function limitWider(app: FastifyInstance, max: number): onRequestAsyncHookHandler {
  const limits = wider.map(({ prefix, times }) =>
    app.createRateLimit({
      max: max * times,
      keyGenerator: (request) => networkOf(request, prefix),
    }),
  )
  return async (request) => {
    for (const limit of limits) {
      const count = await limit(request)
      if (!count.isAllowed && count.isExceeded) throw tooMany(count.ttl)
    }
  }
}

function addHook(route: RouteOptions, hook: onRequestAsyncHookHandler): void {
  route.onRequest = [...[route.onRequest ?? []].flat(), hook]
}

/** @param ttl milliseconds until the count begins anew */
function tooMany(ttl: number): Failure {
  const retryAfterSeconds = Math.max(1, Math.ceil(ttl / 1_000))
  return new Failure('rate_limited', 'too many requests from one network', { retryAfterSeconds })
}
