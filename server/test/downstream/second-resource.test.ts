import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import { json } from '../support/scripted-api.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

const orders = {
  clientId: 'bbbbbbbb-cccc-4ddd-8eee-ffffffffffff',
  name: 'Orders',
  redirectUris: [],
  exposedScopes: ['Orders.Read'],
}
const scope = `api://${orders.clientId}/Orders.Read`

let upstream: Upstream
let world: World
beforeAll(async () => {
  upstream = await startUpstream((_request, response) => response.writeHead(200, json).end('[]'))
  world = await World.open(
    {},
    {
      server: {
        calls: (settings) => [
          ...callsOf(settings),
          {
            id: 'orders',
            title: 'Your orders',
            method: 'GET',
            resource: new URL(upstream.endpoint).origin,
            path: '/orders',
            scopes: [scope],
            answer: 'json',
            listed: true,
          },
        ],
      },
    },
  )
  world.emulator.registerClient(orders)
})
afterAll(async () => {
  await world.close()
  upstream.close()
})

test('a second API with its own audience is called in the same session as Graph', async () => {
  const browser = await world.signIn()
  const first = await browser.fetch('/api/orders')
  expect([first.status, first.json]).toMatchObject([403, { code: 'consent_required' }])
  const { href } = (first.json as { login: { href: string } }).login
  expect(new URL(href, world.origin).searchParams.get('scopes')).toBe(scope)
  expect(upstream.requests).toHaveLength(0)

  await browser.goTo(href)
  world.emulator.clearRequests()
  for (const path of ['/api/orders', '/api/me', '/api/orders']) {
    expect((await browser.fetch(path)).status).toBe(200)
  }
  const tokens = [...upstream.requests, ...world.emulator.requests('me')].map(({ headers }) =>
    decodeJwt((headers.authorization ?? '').replace('Bearer ', '')),
  )
  expect(tokens.map(({ aud, scp }) => [aud, scp])).toEqual([
    [orders.clientId, 'Orders.Read'],
    [orders.clientId, 'Orders.Read'],
    [expect.not.stringContaining(orders.clientId), expect.stringContaining('User.Read')],
  ])
  const session = (await browser.fetch('/api/session')).json as { calls: object[] }
  expect(session.calls).toContainEqual({
    id: 'orders',
    title: 'Your orders',
    scopes: [scope],
    granted: true,
  })
})
