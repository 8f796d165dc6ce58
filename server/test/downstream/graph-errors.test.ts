import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.setLifetimes({ accessToken: 3_600 })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('GET /api/me', () => {
  test.each([
    [{ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } }, 403, 'forbidden'],
    [{ status: 404, body: {} }, 404, 'not_found'],
    [{ status: 500, body: {} }, 502, 'upstream_error'],
    [{ status: 503, body: 'down', retryAfter: 60 }, 502, 'upstream_error'],
    [
      { status: 302, body: '', headers: { location: 'https://evil.example/' } },
      502,
      'upstream_error',
    ],
    [{ status: 200, body: '<h1>Proxy</h1>' }, 502, 'upstream_error'],
    [{ status: 409, body: { error: { code: 'Conflict' } } }, 400, 'invalid_request'],
    [{ status: 422, body: {} }, 400, 'invalid_request'],
  ])(
    'the answer %j of Graph becomes %i %s, and Graph is asked once (#21, #22)',
    async (fault, expected, code) => {
      const browser = await world.signIn()
      world.emulator.clearRequests()
      world.emulator.failNext('me', fault)
      const { status, json } = await browser.fetch('/api/me')
      expect(status).toBe(expected)
      expect(json).toMatchObject({ code, status: expected })
      expect(world.emulator.requests('me')).toHaveLength(1)
      expect(world.emulator.requests('token')).toHaveLength(0)
    },
  )

  test.each([
    ['7', '7'],
    ['999999', '3600'],
    ['soon', '1'],
    ['-5', '1'],
    ['1e3', '1'],
    ['9'.repeat(400), '3600'],
    ['Thu, 01 Jan 2032 00:00:30 GMT', '30'],
    ['Thu, 01 Jan 2032 09:00:00 GMT', '3600'],
    ['Thu, 01 Jan 1970 00:00:00 GMT', '1'],
    [undefined, '1'],
  ])('Retry-After of Graph is passed on within limits: %s (#21)', async (asked, told) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2032, 0, 1) })
    const browser = await world.signIn()
    world.emulator.clearRequests()
    const retryAfter = asked !== undefined && { retryAfter: asked }
    world.emulator.failNext('me', { status: 429, body: {}, ...retryAfter })
    const { status, headers, json } = await browser.fetch('/api/me')
    expect(status).toBe(429)
    expect(headers['retry-after']).toBe(told)
    expect(json).toMatchObject({ code: 'upstream_throttled' })
    expect(world.emulator.requests('me')).toHaveLength(1)
  })
})
