import { Counter, type Registry } from 'prom-client'
import { EntraFailure } from '../entra/failures.ts'
import type { TokenSource } from '../tokens/token-refresh.ts'

/** The same source of access tokens. Its requests to Entra are counted. */
export function countRefreshes(source: TokenSource, registry: Registry): TokenSource {
  const refreshes = new Counter({
    name: 'entra_bff_token_refreshes_total',
    help: 'Access tokens that were requested from Entra for a session, by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return {
    accessToken: async (cache, request) => {
      try {
        const tokens = await source.accessToken(cache, request)
        // The same cache comes back when a token in it was still good.
        if (tokens.cache !== cache) refreshes.inc({ outcome: 'success' })
        return tokens
      } catch (error) {
        refreshes.inc({ outcome: error instanceof EntraFailure ? error.reason : 'error' })
        throw error
      }
    },
  }
}
