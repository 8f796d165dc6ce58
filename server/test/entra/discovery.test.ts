import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pass } from '../support/clock.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

describe('the discovery document', () => {
  const other = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'

  test.each([
    ['another issuer', { issuer: 'https://evil.example/v2.0' }],
    ['an issuer of another tenant', { issuer: 'AUTHORITY/v2.0' }],
    [
      'the External ID issuer of another tenant',
      { issuer: `https://${other}.ciamlogin.com/${other}/v2.0` },
    ],
    [
      'its tenant at the External ID host of another',
      { issuer: `https://${other}.ciamlogin.com/TENANT/v2.0` },
    ],
    ['a page for an endpoint', { end_session_endpoint: 'javascript:alert(1)' }],
    ['an endpoint without TLS', { token_endpoint: 'http://evil.example/token' }],
  ])('a discovery document with %s is refused', async (_name, change) => {
    const fresh = await World.open()
    const url = `${fresh.emulator.authority}/v2.0/.well-known/openid-configuration`
    const document = (await (await fetch(url)).json()) as object
    const text = JSON.stringify({ ...document, ...change })
      .replace('AUTHORITY', fresh.emulator.authority.replace(/[^/]+$/, other))
      .replace('TENANT', fresh.emulator.tenantId)
    const body = JSON.parse(text) as object
    fresh.emulator.failNext('discovery', { status: 200, body })
    expect((await fetch(`${fresh.origin}/readyz`)).status).toBe(503)
    await fresh.close()
  })

  test('two hundred readiness requests ask for the discovery document once while Entra is away', async () => {
    await world.stopServer()
    await world.startServer()
    world.emulator.clearRequests()
    world.emulator.failNext('discovery', { status: 503, body: 'down', retryAfter: 30 })
    const ready = async () => (await fetch(`${world.origin}/readyz`)).status
    const statuses: number[] = []
    for (let round = 0; round < 10; round += 1) {
      statuses.push(...(await Promise.all(Array.from({ length: 20 }, ready))))
    }
    expect(new Set(statuses)).toEqual(new Set([503]))
    expect(world.emulator.requests('discovery')).toHaveLength(1)
    pass(31)
    expect(await ready()).toBe(200)
  })

  test('a discovery document of yesterday serves at once while the new one does not come', async () => {
    await world.stopServer()
    await world.startServer()
    await world.signIn()
    pass(25 * 3_600)
    world.emulator.failNext('discovery', { hang: true })
    world.emulator.clearRequests()
    expect((await fetch(`${world.origin}/readyz`)).status).toBe(200)
    await world.signIn()
    expect(world.emulator.requests('discovery')).toHaveLength(1)
  })

  test('a discovery document of yesterday serves while no new one can be fetched, and the log says so once', async () => {
    await world.stopServer()
    await world.startServer()
    await world.signIn()
    pass(25 * 3_600)
    world.logLines.length = 0
    world.emulator.clearRequests()
    world.emulator.failNext('discovery', { reset: true })
    for (let count = 0; count < 3; count += 1) await world.signIn()
    expect((await fetch(`${world.origin}/readyz`)).status).toBe(200)
    expect(world.emulator.requests('discovery')).toHaveLength(1)
    const told = world.complaints.filter((line) => line.includes('the last one stays in use'))
    expect(told).toHaveLength(1)
    expect(told.join()).toContain('openid-configuration')
  })
})
