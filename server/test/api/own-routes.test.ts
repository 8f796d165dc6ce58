import type { ServerResponse } from 'node:http'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { requireCaller } from '../../src/caller/caller.ts'
import { later } from '../support/clock.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

let world: World
let upstream: Upstream
const notes: unknown[] = []
let plainAnswers = 0
const unanswered: ServerResponse[] = []
beforeAll(async () => {
  upstream = await startUpstream((_request, response) => unanswered.push(response))
  world = await World.open(
    {},
    {
      server: {
        api: async (api, { graph, callApi }) => {
          // No option of these routes names a session.
          api.get('/api/plain', () => ({ count: (plainAnswers += 1) }))
          api.post('/api/notes', ({ body }) => ({ count: notes.push(body) }))
          api.get('/api/name', (request) => {
            const call = { resource: graph, path: '/v1.0/me', scopes: ['User.Read'] }
            return callApi(request, call, Type.Object({ displayName: Type.String() }))
          })
          api.get('/api/slow', (request) => {
            const call = {
              resource: new URL(upstream.endpoint).origin,
              path: '/',
              scopes: ['User.Read'],
            }
            return callApi(request, call, Type.Object({}))
          })
          api.get('/api/mail/:id', (request) => {
            const params = request.params as { id: string }
            const path = '/v1.0/me/messages/{id}'
            const call = { resource: graph, path, params, scopes: ['Mail.Read'] }
            return callApi(request, call, Type.Object({}))
          })
          api.get('/api/other-host', (request) => {
            const call = { resource: 'http://api.example.com', path: '/', scopes: ['User.Read'] }
            return callApi(request, call, Type.Object({}))
          })
          api.get('/api/token', async (request) => {
            const token = await requireCaller(request).tokenFor(['Mail.Read'])
            return { length: token.length }
          })
          api.get('/api/unexpected', (request) => {
            const call = { resource: graph, path: '/v1.0/me', scopes: ['User.Read'] }
            return callApi(request, call, Type.Object({ displayName: Type.Number() }))
          })
        },
      },
    },
  )
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  upstream.close()
})

beforeEach(() => {
  world.emulator.revokeConsents()
})

describe('an own route', () => {
  test('an own route needs a session, though nothing in its lines says so', async () => {
    const { status, json } = await world.openBrowser().fetch('/api/plain')
    expect([status, json]).toMatchObject([401, { code: 'not_signed_in' }])
    expect(plainAnswers).toBe(0)
    const browser = await world.signIn()
    expect(await browser.fetch('/api/plain')).toMatchObject({ status: 200, json: { count: 1 } })
  })

  test('an own route that writes refuses a request without X-CSRF before it does anything', async () => {
    const browser = await world.signIn()
    const note = (headers: Record<string, string>) =>
      browser.fetch('/api/notes', {
        method: 'POST',
        body: '{"text":"hello"}',
        headers: { 'content-type': 'application/json', ...headers },
      })
    const refused = await note({ 'x-csrf': '' })
    expect(refused).toMatchObject({ status: 403, json: { code: 'csrf_failed' } })
    expect(notes).toEqual([])
    expect((await note({})).status).toBe(200)
    expect(notes).toEqual([{ text: 'hello' }])
  })

  test('a request to an own route keeps the session alive', async () => {
    const browser = await world.signIn()
    for (let count = 0; count < 3; count += 1) {
      later(40)
      expect((await browser.fetch('/api/plain')).status).toBe(200)
    }
  })

  test('an own route calls an API as the caller, and an answer of another form is a 502', async () => {
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/name')
    expect([status, json]).toMatchObject([200, { displayName: 'Adele Vance' }])
    const other = await browser.fetch('/api/unexpected')
    expect(other).toMatchObject({ status: 502, json: { code: 'upstream_error' } })
  })

  test('a permission that no row names is asked for by the link of the 403, and by no other link', async () => {
    const browser = await world.signIn()
    const refused = await browser.fetch('/api/token')
    expect(refused).toMatchObject({ status: 403, json: { code: 'consent_required' } })
    const { href } = (refused.json as { login: { href: string } }).login
    expect(href).not.toContain('Mail.Read')
    const { url } = await browser.goTo(href, world.toEntra)
    expect(url.searchParams.get('scope')?.split(' ')).toContain('Mail.Read')
    await browser.goTo(url.href)
    expect(await browser.fetch('/api/token')).toMatchObject({ status: 200 })
    const forged = await browser.goTo('/auth/login?scopes=Mail.Read')
    expect(forged.url.pathname).toBe('/error')
  })

  test('a person who declines a permission of an own route can be asked again', async () => {
    const browser = await world.signIn()
    const { login } = (await browser.fetch('/api/token')).json as { login: { href: string } }
    const declined = { error: 'access_denied', aadsts: 65004 }
    world.emulator.failNext('authorize', { entraError: declined })
    const page = await browser.goTo(login.href)
    const { retry } = (await browser.reportOf(page)) as { retry: { href: string } }
    await browser.goTo(retry.href)
    expect(await browser.fetch('/api/token')).toMatchObject({ status: 200 })
  })

  test('a value of a request fills one segment of the path of an own call', async () => {
    const browser = await world.signIn()
    const { login } = (await browser.fetch('/api/mail/1')).json as { login: { href: string } }
    await browser.goTo(login.href)
    world.emulator.clearRequests()
    const climbing = await browser.fetch('/api/mail/..%2f..%2fusers')
    expect(climbing).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    await browser.fetch('/api/mail/a%20b')
    expect(world.emulator.requests().map(({ path }) => path)).toEqual(['/v1.0/me/messages/a%20b'])
  })

  test('an own call to a host that must not have the token is a 500, and the token stays here', async () => {
    const browser = await world.signIn()
    const answer = await browser.fetch('/api/other-host')
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal_error' } })
    expect(world.logLines.join('')).toContain('A call of /api/other-host needs a resource such as')
  })

  test('calls of own routes count, too, when a session has eight calls under way', async () => {
    const browser = await world.signIn()
    const first = Array.from({ length: 8 }, () => browser.fetch('/api/slow'))
    await vi.waitUntil(() => unanswered.length === 8, { timeout: 5_000 })
    const ninth = await browser.fetch('/api/me')
    expect(ninth).toMatchObject({ status: 429, json: { code: 'rate_limited' } })
    for (const response of unanswered) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    }
    for (const { status } of await Promise.all(first)) expect(status).toBe(200)
  })

  test('the document tells of an own route that it needs a session', async () => {
    const { paths } = (await world.openBrowser().fetch('/openapi.json')).json as {
      paths: Record<string, { get: { responses: object; security: object[] } }>
    }
    const own = paths['/api/plain']?.get
    expect(Object.keys(own?.responses ?? {})).toEqual(expect.arrayContaining(['200', '401', '403']))
    expect(own?.security).toEqual([expect.objectContaining({ session: [] })])
  })
})
