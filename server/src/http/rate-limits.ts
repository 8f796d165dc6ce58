import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { customerPrefix, networkOf } from '../address.ts'
import { Failure } from '../failure.ts'

/** Bits of the prefix of the IPv6 network of one link. All clients on one link count as one. */
const narrowestPrefix = 64
/** A home or a company has a wider network, with many /64 networks in it. */
const widerNetworks = [
  { prefix: 56, times: 4 },
  { prefix: customerPrefix, times: 16 },
]

/**
 * Limits the requests of a client per minute, on each route that has a `rateLimit` in its `config`.
 * An IPv4 address and an IPv6 /64 network get `maxPerMinute`, a /56 network four times and a /48
 * network sixteen times as many. Each process counts for itself.
 * @param maxPerMinute 0: no limit
 */
export const rateLimits = fp(registerRateLimits, { name: 'rate-limits' })

async function registerRateLimits(
  app: FastifyInstance,
  { maxPerMinute }: { maxPerMinute: number },
): Promise<void> {
  if (maxPerMinute === 0) return
  const silent = {
    'x-ratelimit-limit': false,
    'x-ratelimit-remaining': false,
    'x-ratelimit-reset': false,
  }
  await app.register(rateLimit, {
    global: false,
    max: maxPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => networkOf(request, narrowestPrefix),
    addHeadersOnExceeding: silent,
    // `problems.ts` sets Retry-After.
    addHeaders: { ...silent, 'retry-after': false },
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  })
  // Runs after the plugin's own hook: requests that the plugin refuses do not count for wider networks.
  app.addHook('onRoute', (route) => {
    const own = route.config?.rateLimit
    if (own)
      addHook(route, limitWiderNetworks(app, typeof own.max === 'number' ? own.max : maxPerMinute))
  })
}

function limitWiderNetworks(app: FastifyInstance, maxPerMinute: number): onRequestAsyncHookHandler {
  const limits = widerNetworks.map(({ prefix, times }) =>
    app.createRateLimit({
      max: maxPerMinute * times,
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

/** @param leftMs milliseconds until the count begins anew */
function tooMany(leftMs: number): Failure {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1_000))
  return new Failure('rate_limited', 'too many requests from one network', { retryAfterSeconds })
}
