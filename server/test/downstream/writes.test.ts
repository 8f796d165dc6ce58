import { text } from 'node:stream/consumers'
import { Type } from 'typebox'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Call, callsOf } from '../../src/downstream/calls.ts'
import { sendRaw } from '../support/raw.ts'
import { json, useScriptedApi } from '../support/scripted-api.ts'

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const
const Order = Type.Object({
  product: Type.String({ maxLength: 20 }),
  lines: Type.Optional(Type.Array(Type.Object({ count: Type.Integer({ minimum: 1 }) }))),
})

function rowFor(method: Call['method'], resource: string): Call {
  return {
    id: 'orders',
    title: 'Orders',
    method,
    resource,
    path: '/v1.0/orders',
    ...(method !== 'DELETE' && { body: Order }),
    scopes: ['User.Read'],
    answer: 'json',
  }
}

const api = useScriptedApi('/auth/login', {
  calls: (settings) => [
    ...callsOf(settings),
    ...methods.map((method) => rowFor(method, settings.graph)),
    {
      id: 'orders/archive',
      title: 'Archive the orders',
      method: 'POST',
      resource: settings.graph,
      path: '/v1.0/orders/archive',
      scopes: ['User.Read'],
      answer: 'json',
    },
    {
      ...rowFor('POST', settings.graph),
      id: 'orders/secret',
      requires: { role: 'Orders.Administrator' },
    },
  ],
})

/** The bodies that reached the API. */
let bodies: string[]
beforeEach(() => {
  bodies = []
  api.answer = (request, response) => {
    void text(request).then((body) => {
      bodies.push(body)
      response.writeHead(200, json).end('{"done":true}')
    })
  }
})

const order = { method: 'POST', headers: json, body: '{"product":"tea"}' } as const

describe('a call that writes', () => {
  test.each(methods)('%s reaches the API with its method and its body', async (method) => {
    const sent = method === 'DELETE' ? { method } : { ...order, method }
    const { status, json: answer } = await api.browser.fetch('/api/orders', sent)
    expect([status, answer]).toEqual([200, { done: true }])
    const [request] = api.upstream.requests
    expect([request?.method, request?.url]).toEqual([method, '/v1.0/orders'])
    expect(bodies).toEqual([method === 'DELETE' ? '' : order.body])
    expect(request?.headers['content-type']).toBe(
      method === 'DELETE' ? undefined : 'application/json',
    )
  })

  test('a member of the body that the schema does not name does not reach the API (#19)', async () => {
    const body = '{"isAdmin":true,"product":"tea","lines":[{"count":2,"price":0}]}'
    expect((await api.browser.fetch('/api/orders', { ...order, body })).status).toBe(200)
    expect(bodies).toEqual(['{"product":"tea","lines":[{"count":2}]}'])
  })

  test.each([
    ['{}', 'body'],
    ['[]', 'body'],
    ['null', 'body'],
    ['{"product":1}', 'body/product'],
    ['{"product":"aaaaaaaaaaaaaaaaaaaaa"}', 'body/product'],
    ['{"product":"tea","lines":[{"count":1},{"count":0}]}', 'body/lines/1/count'],
  ])(
    'a body that does not fit is a 400 with the path of the fault, and reaches no API: %s',
    async (body, path) => {
      const answer = await api.browser.fetch('/api/orders', { ...order, body })
      expect([answer.status, answer.json]).toMatchObject([
        400,
        { code: 'invalid_request', detail: expect.stringContaining(`${path} `) as string },
      ])
      expect(api.upstream.requests).toHaveLength(0)
    },
  )

  test.each([
    ['no body', undefined, undefined, 400],
    ['an empty body', 'application/json', '', 400],
    ['broken JSON', 'application/json', '{"product":', 400],
    ['a prototype', 'application/json', '{"product":"tea","__proto__":{"isAdmin":true}}', 400],
    ['a constructor', 'application/json', '{"product":"tea","constructor":{"prototype":{}}}', 400],
    ['a body that is too large', 'application/json', `{"product":"${'a'.repeat(70_000)}"}`, 413],
    ['plain text', 'text/plain', '{"product":"tea"}', 415],
    ['a form', 'application/x-www-form-urlencoded', 'product=tea', 415],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x--', 415],
    ['a patch of another type', 'application/merge-patch+json', '{"product":"tea"}', 415],
    ['a type with a tab', 'application/json\ta', '{"product":"tea"}', 415],
    ['JSON without a type', undefined, '{"product":"tea"}', 415],
  ])('%s is refused, and reaches no API (#13, #14)', async (_name, type, body, status) => {
    const answer = await sendRaw(
      api.world.origin,
      [
        'POST /api/orders HTTP/1.1',
        `Host: ${new URL(api.world.origin).host}`,
        `Cookie: ${await api.browser.cookieHeader()}`,
        'X-CSRF: 1',
        ...(type === undefined ? [] : [`Content-Type: ${type}`]),
        ...(body === undefined ? [] : [`Content-Length: ${String(body.length)}`]),
      ],
      body,
    )
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(api.upstream.requests).toHaveLength(0)
  })

  test('a body for a call that takes none is a 400, and reaches no API', async () => {
    for (const [path, method] of [
      ['/api/orders/archive', 'POST'],
      ['/api/orders', 'DELETE'],
    ] as const) {
      const answer = await api.browser.fetch(path, { ...order, method })
      expect([answer.status, answer.json]).toMatchObject([400, { code: 'invalid_request' }])
    }
    expect(api.upstream.requests).toHaveLength(0)
    expect((await api.browser.fetch('/api/orders/archive', { method: 'POST' })).status).toBe(200)
  })

  test.each(methods)('%s takes no query', async (method) => {
    const { status } = await api.browser.fetch('/api/orders?x=1', {
      ...(method === 'DELETE' ? {} : order),
      method,
    })
    expect(status).toBe(400)
    expect(api.upstream.requests).toHaveLength(0)
  })
})

describe('who may call', () => {
  const own = { 'x-csrf': '1' }
  test.each(
    methods.flatMap((method) => [
      [method, 'without the header', { 'sec-fetch-site': 'same-origin' }] as const,
      [method, 'of another site', { ...own, 'sec-fetch-site': 'cross-site' }] as const,
      [method, 'of a sibling site', { ...own, 'sec-fetch-site': 'same-site' }] as const,
      [method, 'of another origin', { ...own, origin: 'https://evil.example' }] as const,
      [method, 'of no origin', { ...own, origin: 'null' }] as const,
      [method, 'of a script without the header', {}] as const,
    ]),
  )('%s %s is refused, and reaches no API (#15)', async (method, _name, headers) => {
    const cookie = await api.browser.cookieHeader()
    const answer = await fetch(`${api.world.origin}/api/orders`, {
      method,
      headers: { ...json, cookie, ...headers },
      ...(method !== 'DELETE' && { body: order.body }),
    })
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'csrf_failed' }])
    expect(api.upstream.requests).toHaveLength(0)
  })

  test.each(['{"product":"tea"}', '{}', '{'])(
    'a stranger gets a 401 before a body is read: %s',
    async (body) => {
      const headers = { ...json, ...own }
      const answer = await fetch(`${api.world.origin}/api/orders`, { ...order, headers, body })
      expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'not_signed_in' }])
    },
  )

  test('a caller who lacks what a row requires gets a 403 before a token or the API is asked', async () => {
    const browser = await api.world.signIn()
    api.world.emulator.clearRequests()
    const { status, json: problem } = await browser.fetch('/api/orders/secret', order)
    expect([status, problem]).toMatchObject([403, { code: 'forbidden' }])
    expect(api.world.emulator.requests('token')).toHaveLength(0)
    expect(api.upstream.requests).toHaveLength(0)
  })

  test('a write in flight during a sign-out does not keep the session (#25)', async () => {
    const browser = await api.world.signIn()
    let release: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      api.answer = (_request, response) => {
        release = () => response.writeHead(200, json).end('{}')
        resolve()
      }
    })
    const waiting = browser.fetch('/api/orders', order)
    await asked
    const cookie = await browser.cookieHeader()
    await browser.submit('/auth/logout')
    release()
    const { headers } = await waiting
    expect(headers).not.toHaveProperty('set-cookie')
    const answer = await fetch(`${api.world.origin}/api/orders`, {
      ...order,
      headers: { ...json, ...own, cookie },
    })
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'session_revoked' }])
  })
})

describe('the answer to a write', () => {
  test.each([
    [201, '{"id":1}'],
    [202, ''],
    [204, ''],
  ])('the status %i of the API is passed on', async (status, body) => {
    api.answer = (_request, response) =>
      response.writeHead(status, body ? json : { location: 'https://evil.example/' }).end(body)
    const answer = await api.browser.fetch('/api/orders', order)
    expect([answer.status, answer.text]).toEqual([status, body])
    expect(answer.headers).not.toHaveProperty('location')
  })

  test.each([400, 409, 412, 422])(
    'a write that the API refuses with %i is a 400 with the code of the API alone (#21)',
    async (status) => {
      api.answer = (_request, response) =>
        response
          .writeHead(status, { ...json, 'request-id': 'r-1' })
          .end('{"error":{"code":"Request_BadRequest","message":"at db-7.internal"}}')
      const answer = await api.browser.fetch('/api/orders', order)
      expect([answer.status, answer.json]).toMatchObject([
        400,
        { code: 'invalid_request', detail: 'The API refuses this request (Request_BadRequest).' },
      ])
      expect(answer.text).not.toContain('internal')
      expect(answer.headers['request-id']).toBe('r-1')
    },
  )
})
