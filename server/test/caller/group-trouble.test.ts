import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lidia, readers, withOwnRoutes } from '../support/own-routes.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, withOwnRoutes)
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(lidia)
  world.emulator.clearFaults()
  world.emulator.clearRequests()
})
afterAll(() => world.close())

const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1' } } })
const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`

describe('while Graph does not tell whether a caller is in a group', () => {
  test.each([
    [{ status: 500 }, 502, 'upstream_error'],
    [{ status: 503, retryAfter: 7 }, 502, 'upstream_error'],
    [{ status: 429, retryAfter: 7 }, 429, 'upstream_throttled'],
    [
      { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } },
      502,
      'upstream_error',
    ],
    [{ status: 404, body: {} }, 502, 'upstream_error'],
    [{ status: 302, headers: { location: 'https://evil.example/' } }, 502, 'upstream_error'],
    [{ status: 204, body: '' }, 502, 'upstream_error'],
    [{ status: 200, body: {} }, 502, 'upstream_error'],
    [{ status: 200, body: { value: readers } }, 502, 'upstream_error'],
    [{ status: 200, body: { value: [{ id: readers }] } }, 502, 'upstream_error'],
    [{ status: 200, body: [readers] }, 502, 'upstream_error'],
    [{ status: 200, body: '<h1>Proxy</h1>' }, 502, 'upstream_error'],
    [{ reset: true as const }, 502, 'upstream_error'],
  ])('the answer %j of Graph lets nobody in: %i %s', async (fault, status, code) => {
    const browser = await world.signIn()
    world.emulator.failNext('checkMemberGroups', fault)
    const answer = await browser.fetch('/api/readers')
    expect(answer).toMatchObject({ status, json: { code } })
    expect(answer.headers['retry-after']).toBe(status === 429 ? '7' : undefined)
    // A failure is not remembered.
    expect((await browser.fetch('/api/readers')).status).toBe(200)
  })

  test('a permission that Graph wants for the groups is named in the log', async () => {
    const browser = await world.signIn()
    world.emulator.failNext('checkMemberGroups', { status: 403 })
    await browser.fetch('/api/readers')
    expect(world.logLines.join('')).toContain('grant the app GroupMember.Read.All')
  })
})

describe('a token that Graph refuses', () => {
  test('a token that Graph refuses when asked for a group is replaced once', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    world.emulator.failNext('checkMemberGroups', { status: 401 })
    expect((await browser.fetch('/api/readers')).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(1)
    expect(world.emulator.requests('checkMemberGroups')).toHaveLength(2)
  })

  test('a claims challenge of Graph, asked for a group, becomes a sign-in that answers it', async () => {
    const browser = await world.signIn()
    const fault = { status: 401, headers: { 'www-authenticate': challenge } }
    world.emulator.failNext('checkMemberGroups', fault, 2)
    const { status, json } = await browser.fetch('/api/readers')
    expect([status, json]).toMatchObject([401, { code: 'claims_challenge' }])
    const { href } = (json as { login: { href: string } }).login
    const { url } = await browser.goTo(href, world.toEntra)
    expect(url.searchParams.get('claims')).toContain('"nbf"')
  })
})

test('a caller who has not consented to User.Read is asked for it when Graph has to tell a group', async () => {
  await world.stopServer()
  await world.startServer({ SCOPE: 'Calendars.Read' })
  world.emulator.revokeConsents()
  const browser = await world.signIn()
  const { status, json } = await browser.fetch('/api/readers')
  expect([status, json]).toMatchObject([403, { code: 'consent_required' }])
  await browser.goTo((json as { login: { href: string } }).login.href)
  expect((await browser.fetch('/api/readers')).status).toBe(200)
})
