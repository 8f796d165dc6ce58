import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller } from './caller.ts'

/**
 * Finds the caller of a request by one kind of credential.
 * @returns undefined when the request carries no such credential
 * @throws {Failure} when the credential must not be used so
 */
export type CallerSource = (request: FastifyRequest) => Promise<Caller | undefined>

export interface CallerGuardOptions {
  /** Asked in turn; the first one that finds a caller decides. Cookies last: their source checks CSRF. */
  sources: readonly CallerSource[]
}

/** Finds the caller of each request in its scope, once. It writes nothing. */
export const callerGuard = fp(registerGuard, {
  name: 'caller-guard',
  dependencies: ['@fastify/cookie'],
})

async function registerGuard(
  scope: FastifyInstance,
  { sources }: CallerGuardOptions,
): Promise<void> {
  scope.decorateRequest('lookup')
  scope.decorateRequest('caller')
  scope.addHook('onRequest', async (request) => {
    request.lookup = { kind: 'none' }
    for (const findCaller of sources) {
      request.caller = await findCaller(request)
      if (request.caller) return
    }
  })
}
