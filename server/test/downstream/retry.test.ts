import type { ServerResponse } from 'node:http'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { type Call, callsOf } from '../../src/downstream/calls.ts'
import { json, useScriptedApi } from '../support/scripted-api.ts'
import { behindNginx } from '../support/surroundings.ts'

const api = useScriptedApi('/auth/login', {
  calls: (settings) => [
    ...callsOf(settings),
    ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method): Call => {
      const takesBody = method !== 'GET' && method !== 'DELETE'
      return {
        id: 'orders',
        title: 'Orders',
        method,
        resource: settings.graph,
        path: '/v1.0/orders',
        ...(takesBody && { body: Type.Object({ product: Type.String() }) }),
        scopes: ['User.Read'],
        answer: 'json',
      }
    }),
  ],
})

const call = (method: Call['method']) =>
  api.browser.fetch('/api/orders', {
    method,
    ...(method.startsWith('P') && { headers: json, body: '{"product":"tea"}' }),
  })

/** What the API does, request by request; then it succeeds. */
function script(...acts: ((response: ServerResponse) => unknown)[]): void {
  api.answer = (_request, response) => {
    const act = acts.shift()
    if (act) act(response)
    else response.writeHead(200, json).end('{}')
  }
}

const fail = (status: number, headers: Record<string, string> = {}) => {
  return (response: ServerResponse) =>
    response.writeHead(status, { ...json, ...headers }).end('{"error":{}}')
}
const reset = (response: ServerResponse) => response.socket?.resetAndDestroy()
const sayNothing = (response: ServerResponse) => response.socket?.end()

// Of two servers, one could get ten failures in a row, and leave the API alone.
describe.skipIf(behindNginx)('a passing trouble of the API (#22)', () => {
  test.each([
    ['GET', '502', fail(502)],
    ['GET', '503', fail(503)],
    ['PUT', '504', fail(504)],
    ['DELETE', '503', fail(503)],
    ['GET', 'a reset', reset],
    ['GET', 'the end of the connection', sayNothing],
    ['PUT', 'a reset', reset],
    ['DELETE', 'a reset', reset],
  ] as const)('%s that gets %s is sent once more, and succeeds', async (method, _name, trouble) => {
    script(trouble)
    expect((await call(method)).status).toBe(200)
    expect(api.upstream.requests.map((request) => request.method)).toEqual([method, method])
  })

  test.each([
    ['GET', fail(503), 2],
    ['GET', reset, 2],
    ['GET', sayNothing, 2],
    ['PUT', fail(502), 2],
    ['POST', fail(503), 1],
    ['POST', reset, 1],
    ['PATCH', fail(504), 1],
    ['PATCH', reset, 1],
    ['GET', fail(500), 1],
    ['GET', fail(501), 1],
  ] as const)('%s that never succeeds is a 502: case %#', async (method, trouble, times) => {
    script(trouble, trouble, trouble)
    const answer = await call(method)
    expect([answer.status, answer.json]).toMatchObject([502, { code: 'upstream_error' }])
    expect(api.upstream.requests).toHaveLength(times)
  })

  test.each([
    ['20', '20'],
    ['3600', '3600'],
    ['999999', '3600'],
    ['Thu, 01 Jan 2099 00:00:00 GMT', '3600'],
  ])(
    'a pause that is longer than the time of a call is passed on, without a second try: %s',
    async (asked, told) => {
      script(fail(503, { 'retry-after': asked, 'request-id': 'r-1' }))
      const { status, headers } = await call('GET')
      expect([status, headers['retry-after'], headers['request-id']]).toEqual([502, told, 'r-1'])
      expect(api.upstream.requests).toHaveLength(1)
    },
  )

  test('a call that the API throttles is not sent again', async () => {
    script(fail(429, { 'retry-after': '1', 'request-id': 'r-2' }))
    const { status, headers, json: problem } = await call('GET')
    expect([status, problem]).toMatchObject([429, { code: 'upstream_throttled' }])
    expect([headers['retry-after'], headers['request-id']]).toEqual(['1', 'r-2'])
    expect(api.upstream.requests).toHaveLength(1)
  })
})
