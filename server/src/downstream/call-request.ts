import type { FastifyRequest, FastifySchema } from 'fastify'
import { Type } from 'typebox'
import { Clean } from 'typebox/value'
import { Failure } from '../failure.ts'
import { apiPath, type PathParameters } from './call-path.ts'
import { type Call, mediaTypesOf } from './calls.ts'
import type { CallRequest } from './client.ts'
import { lowerCased, requestHeaders, tracingHeaders } from './passed-headers.ts'

const passedUp = lowerCased(requestHeaders)

/** The schema of the route of a call. A call without parameters, query and body has nothing to check. */
export function schemaOf({ params, query, body }: Call): FastifySchema {
  return {
    ...(params && { params: Type.Object({ ...params }) }),
    ...(query && { querystring: querySchema(query) }),
    ...(body && { body }),
  }
}

/** A parameter that is sent twice is a list, and is refused. `queryOf` refuses other names. */
function querySchema(names: readonly string[]) {
  return Type.Object(Object.fromEntries(names.map((name) => [name, Type.Optional(Type.String())])))
}

/**
 * What the API is sent for a request that fits the schema of its route.
 * @throws {Failure} `invalid_request`
 */
export function callRequest(call: Call, request: FastifyRequest): Omit<CallRequest, 'accessToken'> {
  const values = request.params as PathParameters
  return {
    path: apiPath(call, values) + queryOf(call, request),
    headers: headersOf(call, request),
    body: bodyOf(call, request),
    connection: request.raw.socket,
  }
}

function queryOf(call: Call, request: FastifyRequest): string {
  const start = request.url.indexOf('?')
  if (start === -1) return ''
  const query = new URLSearchParams(request.url.slice(start))
  const names = call.query ?? []
  for (const name of query.keys()) {
    if (!names.includes(name)) {
      throw new Failure('invalid_request', `query parameter ${name} is not passed on`, {
        publicDetail: `This call takes ${names.length > 0 ? `only ${names.join(', ')}` : 'no query'}.`,
      })
    }
  }
  if (query.size === 0) return ''
  return `${call.path.includes('?') ? '&' : '?'}${query.toString()}`
}

function headersOf({ answer }: Call, request: FastifyRequest): Record<string, string> {
  const headers = tracingHeaders(request)
  for (const name of passedUp) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  if (answer !== 'json') headers['accept'] = mediaTypesOf(answer).join(', ')
  return headers
}

function bodyOf(call: Call, { body }: FastifyRequest): string | undefined {
  if (call.body) return JSON.stringify(Clean(call.body, body))
  if (body === undefined) return undefined
  throw new Failure('invalid_request', 'a body that the call does not take', {
    publicDetail: 'This call takes no body.',
  })
}
