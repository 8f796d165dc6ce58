import { isIPv6 } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import type {
  FastifyInstance,
  FastifyRequest,
  onRequestAsyncHookHandler,
  RouteOptions,
} from 'fastify'
import fp from 'fastify-plugin'
import { addressOf, customerPrefix, networkOf } from '../address.ts'
import { Failure } from '../failure.ts'

/** Bits of the prefix of the IPv6 network of one link. All clients on one link count as one. */
const narrowestPrefix = 64
/** A home or a company has a wider network, with many /64 networks in it. */
const widerNetworks = [
  { prefix: 56, times: 4 },
  { prefix: customerPrefix, times: 16 },
]
const windowMs = 60_000

interface RateLimitsOptions {
  /** 0: no limit */
  maxPerMinute: number
  /** Counts for all servers that share a store. Absent: each process counts for itself. */
  countTogether:
    ((what: string, windowMs: number) => Promise<{ count: number; leftMs: number }>) | undefined
}

/**
 * Limits the requests of a client per minute, on each route that has a `rateLimit` in its `config`.
 * An IPv4 address and an IPv6 /64 network get `maxPerMinute`, a /56 network four times and a /48
 * network sixteen times as many.
 *
 * Each process counts for itself, which costs nothing. A request that passes there counts for all
 * servers together, where they share a store. While that store fails, the counts of the processes go on:
 * a limit is never off, and a route that needs no store still answers.
 */
export const rateLimits = fp(registerRateLimits, { name: 'rate-limits' })

async function registerRateLimits(
  app: FastifyInstance,
  { maxPerMinute, countTogether }: RateLimitsOptions,
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
    timeWindow: windowMs,
    keyGenerator: (request) => networkOf(request, narrowestPrefix),
    addHeadersOnExceeding: silent,
    // `problems.ts` sets Retry-After.
    addHeaders: { ...silent, 'retry-after': false },
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  })
  // Runs after the plugin's own hook: requests that the plugin refuses do not count for wider networks.
  app.addHook('onRoute', (route) => {
    const own = route.config?.rateLimit
    if (!own) return
    const max = typeof own.max === 'number' ? own.max : maxPerMinute
    addHook(route, limitWiderNetworks(app, max))
    if (countTogether) addHook(route, limitTogether(route, max, countTogether))
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

function limitTogether(
  { method, url }: RouteOptions,
  maxPerMinute: number,
  count: NonNullable<RateLimitsOptions['countTogether']>,
): onRequestAsyncHookHandler {
  const route = `${String(method)} ${url}`
  return async (request) => {
    for (const { prefix, times } of networksOf(request)) {
      const network = `${networkOf(request, prefix)}/${String(prefix)}`
      const together = await count(`${route} ${network}`, windowMs).catch((err: unknown) => {
        request.log.warn({ err }, 'requests are counted by this process alone')
        return undefined
      })
      if (!together) return
      if (together.count > maxPerMinute * times) throw tooMany(together.leftMs)
    }
  }
}

/** An IPv4 address is in no wider network that is known. */
function networksOf(request: FastifyRequest) {
  const narrowest = { prefix: narrowestPrefix, times: 1 }
  return isIPv6(addressOf(request)) ? [narrowest, ...widerNetworks] : [narrowest]
}

function addHook(route: RouteOptions, hook: onRequestAsyncHookHandler): void {
  route.onRequest = [...[route.onRequest ?? []].flat(), hook]
}

/** @param leftMs milliseconds until the count begins anew */
function tooMany(leftMs: number): Failure {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1_000))
  return new Failure('rate_limited', 'too many requests from one network', { retryAfterSeconds })
}
