import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Caller } from './caller.ts'

/**
 * Finds the caller of a request by one kind of credential.
 * @returns undefined when the request carries no such credential
 * @throws {Failure} when this request must not use the credential
 */
export type CallerSource = (request: FastifyRequest) => Promise<Caller | undefined>

export interface CallerGuardOptions {
  /** The sources are asked in turn, cookies last: the source of cookies refuses other origins. */
  sources: readonly CallerSource[]
}

/** Finds the caller of each request of its scope once. The guard writes nothing to the store. */
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
