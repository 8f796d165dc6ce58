import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { addressOf } from '../address.ts'
import { Failure } from '../failure.ts'

/**
 * Holds each address (an IPv6 one by its /64) to `max` requests per minute on each route whose
 * configuration has a `rateLimit`. Counted in this process alone.
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
    keyGenerator: (request) => normalizeIP(addressOf(request)),
    addHeadersOnExceeding: silent,
    // Set where every problem is answered.
    addHeaders: { ...silent, 'retry-after': false },
    errorResponseBuilder: (_request, { ttl }) => {
      const retryAfter = Math.max(1, Math.ceil(ttl / 1_000))
      return new Failure('rate_limited', 'too many requests from one address', { retryAfter })
    },
  })
}
