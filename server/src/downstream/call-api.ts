import type { FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { requireCaller } from '../caller/caller.ts'
import { Failure } from '../failure.ts'
import { requireSuccess } from './answers.ts'
import { fillPath, type PathParameters } from './call-path.ts'
import type { Call } from './calls.ts'
import { callWithToken } from './call-with-token.ts'
import { addressMistakes } from './check-calls.ts'
import type { DownstreamClient } from './client.ts'
import type { ConcurrentCalls } from './concurrent-calls.ts'
import { tracingHeaders } from './passed-headers.ts'

/** A call that an own route makes. */
export interface OwnCall extends Pick<Call, 'resource' | 'path' | 'scopes'> {
  /** Values for the segments `{name}` of the path. Of what a request sends, nothing else belongs in the path. */
  params?: PathParameters
  method?: Call['method']
  /** Sent as JSON. */
  body?: unknown
}

/**
 * Calls an API with the permissions of the caller, by the same client as the table of calls.
 * @param schema what the route reads of the answer. Other members are left as they are.
 * @throws {Failure} what a row of the table answers in that case
 * @throws {TypeError} for an address or scopes by which a row of the table would stop the start
 */
export type CallApi = <Schema extends TSchema>(
  request: FastifyRequest,
  call: OwnCall,
  schema: Schema,
) => Promise<Static<Schema>>

/** @param graphs origins of Microsoft Graph in the cloud of AUTHORITY */
export function createCallApi(
  client: DownstreamClient,
  concurrent: ConcurrentCalls,
  graphs: readonly string[],
): CallApi {
  return async (request, own, schema) => {
    const { method = 'GET', resource, path: pattern, params = {}, scopes, body } = own
    // A name out of a fixed set, for metrics and log: the path at the API can hold an id.
    const id = request.routeOptions.url ?? ''
    const path = fillPath(pattern, params)
    const call: Call = { id, title: id, method, resource, path, scopes, answer: 'json' }
    for (const mistake of addressMistakes(call, graphs))
      throw new TypeError(`A call of ${id} ${mistake}`)
    const caller = requireCaller(request)
    const sent = {
      path,
      headers: tracingHeaders(request),
      body: body === undefined ? undefined : JSON.stringify(body),
      connection: request.raw.socket,
    }
    const send = (accessToken: string) => client.send(call, { ...sent, accessToken })
    const answer = await concurrent.run(caller.name, () => callWithToken(call, caller, send))
    requireSuccess(call, answer)
    const value: unknown = JSON.parse(answer.body.toString() || 'null')
    if (Check(schema, value)) return value
    throw new Failure(
      'upstream_error',
      `the API of ${id} answered in another form than the route expects`,
    )
  }
}
