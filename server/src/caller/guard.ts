import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import type { Caller } from './caller.ts'

/**
 * Finds the caller of a request by one kind of credential.
 * @returns undefined when the request carries no such credential
 * @throws {Failure} when this request must not use the credential
 */
export type CallerSource = (request: FastifyRequest) => MaybePromise<Caller | undefined>

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
  scope.addHook('onRequest', (request, _reply, next) => {
    request.lookup = noSession
    const setCaller = (caller: Caller | undefined) => {
      request.caller = caller
      next()
    }
    const found = firstCaller(request, sources)
    if (found instanceof Promise) found.then(setCaller, next)
    else setCaller(found)
  })
}

const noSession = { kind: 'none' } as const

function firstCaller(
  request: FastifyRequest,
  [source, ...others]: readonly CallerSource[],
): MaybePromise<Caller | undefined> {
  if (!source) return undefined
  return andThen(source(request), (caller) => caller ?? firstCaller(request, others))
}
