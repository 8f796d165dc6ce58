import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/reader.ts'
import { type Call, callsOf } from '../../src/downstream/calls.ts'
import { registered } from '../support/config-problems.ts'

const orders: Call = {
  id: 'orders',
  title: 'Your orders',
  method: 'GET',
  resource: 'https://api.example.com',
  path: '/v1/orders',
  scopes: ['api://orders/Orders.Read'],
  answer: 'json',
}
const order: Call = {
  ...orders,
  id: 'orders/:orderId',
  path: '/v1/orders/{orderId}',
  params: { orderId: Type.String() },
}
const graph = { resource: 'https://graph.microsoft.com', scopes: ['User.Read'] }

/** Starts a server with a table. @returns what the server says is wrong with the table */
async function problemsOf(
  calls: readonly Call[],
  env: Record<string, string> = {},
): Promise<readonly string[]> {
  const settings = { ...registered, SESSION_STORE: 'memory:', LOG_LEVEL: 'silent', ...env }
  try {
    const app = await buildApp(loadConfig(settings), { calls: () => calls })
    await app.close()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('a table of calls with a mistake', () => {
  test.each<[string, Call[], string]>([
    ['a resource that is no URL', [{ ...orders, resource: 'graph' }], 'needs a resource'],
    [
      'a resource with a path',
      [{ ...orders, resource: 'https://api.example.com/' }],
      'needs a resource',
    ],
    ['http', [{ ...orders, resource: 'http://api.example.com' }], 'with https://'],
    ['a relative path', [{ ...orders, path: 'v1/orders' }], 'a path that begins with a slash'],
    [
      'a parameter that is not in the path',
      [{ ...order, path: '/v1/orders' }],
      'needs the parameter {orderId} in its path',
    ],
    [
      'a parameter that is not in the id',
      [{ ...order, id: 'orders' }],
      'needs the parameter :orderId in its id',
    ],
    [
      'a parameter without a schema',
      [{ ...orders, id: order.id, path: order.path }],
      'needs a schema for its parameter orderId',
    ],
    [
      'a parameter in a part of a segment',
      [{ ...order, path: "/v1/orders('{orderId}')" }],
      'as a whole segment',
    ],
    [
      'a parameter in the query',
      [{ ...order, path: '/v1/orders?id={orderId}' }],
      'needs the parameter {orderId} in its path',
    ],
    [
      'scopes of two APIs',
      [{ ...orders, scopes: ['api://orders/Orders.Read', 'api://bills/Bills.Read'] }],
      'needs scopes of one API',
    ],
    ['a scope of Graph', [{ ...orders, scopes: ['User.Read'] }], 'needs full names of scopes'],
    ['no scope', [{ ...orders, scopes: [] }], 'needs a scope'],
    ['no scope of Graph', [{ ...orders, ...graph, scopes: [] }], 'needs a scope'],
    [
      'no scope of an API on this machine',
      [{ ...orders, resource: 'http://127.0.0.1:4000', scopes: [] }],
      'needs a scope',
    ],
    [
      'a scope of another API than Graph',
      [{ ...orders, resource: graph.resource }],
      'needs scopes of https://graph.microsoft.com',
    ],
    [
      'the Graph of another cloud',
      [{ ...orders, ...graph, resource: 'https://graph.microsoft.us' }],
      "needs the Graph of AUTHORITY's cloud: https://graph.microsoft.com",
    ],
    [
      'GET with a body',
      [{ ...orders, body: Type.Object({}) }],
      'has a body, which GET cannot have',
    ],
    [
      'DELETE with a body',
      [{ ...orders, method: 'DELETE', body: Type.Object({}) }],
      'has a body, which DELETE cannot have',
    ],
    ['a row twice', [orders, { ...orders, path: '/v2/orders' }], 'is in the table twice'],
    [
      'a row twice, with another name of the parameter',
      [order, { ...order, id: 'orders/:id', path: '/v2/{id}', params: { id: Type.String() } }],
      'is in the table twice',
    ],
    ...['session', 'session/events', 'sessions', 'device-logins/x', 'errors', 'setup'].map(
      (id): [string, Call[], string] => [
        `the path of a route of the server, ${id}`,
        [{ ...orders, id }],
        'a path of this server',
      ],
    ),
    ...['', '/orders', 'orders/', 'a//b', '..', 'a/../b', 'a b', 'a%2fb', ':any', 'a?b'].map(
      (id): [string, Call[], string] => [
        `the id ${JSON.stringify(id)}`,
        [{ ...orders, id }],
        'needs an id such as me/events/:eventId',
      ],
    ),
    ['a listed row that writes', [{ ...orders, method: 'POST', listed: true }], 'cannot be listed'],
    ['a listed row with a parameter', [{ ...order, listed: true }], 'cannot be listed'],
    [
      'a listed row of bytes',
      [{ ...orders, answer: { bytes: ['image/png'] }, listed: true }],
      'cannot be listed',
    ],
    ['pages of bytes', [{ ...orders, answer: { stream: ['text/csv'] }, paged: true }], 'be paged'],
    ['a requirement of nothing', [{ ...orders, requires: {} }], 'requires nothing'],
    ['a role of spaces', [{ ...orders, requires: { role: 'a role' } }], 'the value of an app role'],
    [
      'the name of a group',
      [{ ...orders, requires: { group: 'Readers' } }],
      'the object id of a group',
    ],
    ...['c0', 'c100', 'mfa', ''].map((authenticationContext): [string, Call[], string] => [
      `the authentication context ${JSON.stringify(authenticationContext)}`,
      [{ ...orders, requires: { authenticationContext } }],
      'c1 to c99',
    ]),
    ...[-1, 0.5, Number.NaN].map((maxAgeSeconds): [string, Call[], string] => [
      `a maximum age of ${String(maxAgeSeconds)} seconds`,
      [{ ...orders, requires: { maxAgeSeconds } }],
      'not a whole number',
    ]),
    ['bytes of no type', [{ ...orders, answer: { bytes: [] } }], 'needs the media types'],
    ['bytes of any type', [{ ...orders, answer: { stream: ['*/*'] } }], 'needs the media types'],
  ])('%s stops the start with a sentence that names the row', async (_name, calls, sentence) => {
    const [problem = '', ...others] = await problemsOf(calls)
    const named = calls.at(-1)
    expect(problem).toContain(`the call ${named?.method ?? ''} ${named?.id ?? ''} `)
    expect([problem, ...others].join('\n')).toContain(sentence)
  })

  test('all mistakes of a table are told at once', async () => {
    const problems = await problemsOf([
      { ...orders, resource: 'http://api.example.com', scopes: ['User.Read'] },
      { ...order, method: 'DELETE', body: Type.Object({}) },
    ])
    expect(problems).toHaveLength(3)
  })
})

describe('a table of calls without a mistake', () => {
  test.each<[string, Call[]]>([
    ['an API of its own', [orders, order]],
    ['one path with two methods', [orders, { ...orders, method: 'POST', body: Type.Object({}) }]],
    ['an API on this machine', [{ ...orders, resource: 'http://127.0.0.1:4000' }]],
    [
      'full names of scopes of Graph',
      [{ ...orders, ...graph, scopes: [`${graph.resource}/User.Read`] }],
    ],
    ['a path that begins as one of the server', [{ ...orders, id: 'sessions-of-today' }]],
    [
      'a requirement of each kind',
      [
        {
          ...orders,
          requires: {
            role: 'Orders.Read',
            group: '11111111-2222-4333-8444-555555555555',
            authenticationContext: 'c99',
            maxAgeSeconds: 0,
          },
        },
      ],
    ],
    ['a download', [{ ...orders, answer: { stream: ['text/csv', 'application/vnd.ms-excel'] } }]],
  ])('the server starts with %s', async (_name, calls) => {
    expect(await problemsOf(calls)).toEqual([])
  })

  test.each([
    {},
    { AUTHORITY: 'https://login.microsoftonline.us/organizations' },
    {
      AUTHORITY: 'https://login.microsoftonline.us/organizations',
      ENDPOINT: 'https://dod-graph.microsoft.us/v1.0/me',
    },
    { ENDPOINT: 'https://api.example.com/orders?a={b}', SCOPE: 'openid api://some-api/read' },
    { ENDPOINT: 'http://localhost:5000/orders', SCOPE: 'User.Read' },
    { SCOPE: 'openid' },
    { ENDPOINT: '' },
  ])('the server starts with its own table, whatever ENDPOINT and SCOPE are: %j', async (env) => {
    const table = callsOf(loadConfig({ ...registered, ...env }))
    expect(await problemsOf(table, env)).toEqual([])
  })
})
