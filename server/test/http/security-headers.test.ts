import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

describe('every answer', () => {
  test.each(['/livez', '/api/session', '/api/nothing', '/auth/logout'])(
    'every answer carries the security headers: %s',
    async (path) => {
      const { headers } = await fetch(`${world.origin}${path}`)
      expect(headers.get('content-security-policy')?.split('; ')).toEqual(
        ['default-src', 'base-uri', 'form-action', 'frame-ancestors'].map(
          (name) => `${name} 'none'`,
        ),
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    },
  )

  test.each([
    ['GET', '/api/session', 200],
    ['GET', '/api/nothing', 404],
    ['GET', '/auth/login', 302],
    ['GET', '/getAToken?state=x', 303],
    ['POST', '/auth/logout', 303],
  ] as const)(
    'an answer that depends on the caller may not be cached: %s %s',
    async (method, path, status) => {
      const headers = { 'x-csrf': '1' }
      const answer = await request(`${world.origin}${path}`, { method, headers })
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([status, 'no-store'])
    },
  )
})
