import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { reportOf } from '../support/failed-sign-in.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('an ID token (#6)', () => {
  const guid = '00000000-0000-4000-8000-000000000000'
  test.each<[string, Record<string, unknown>, string]>([
    ['with another nonce', { nonce: 'other' }, 'nonce_mismatch'],
    ['without a nonce', { nonce: undefined }, 'nonce_mismatch'],
    ['for another app', { aud: guid }, 'id_token_invalid'],
    ['for two apps', { aud: ['aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', guid] }, 'id_token_invalid'],
    ['for another azp', { azp: guid }, 'id_token_invalid'],
    ['of another issuer', { iss: 'https://evil.example/v2.0' }, 'id_token_invalid'],
    ['of another tenant', { tid: guid }, 'id_token_invalid'],
    ['with a tenant that is no GUID', { tid: '../x' }, 'id_token_invalid'],
    ['without a tenant', { tid: undefined }, 'id_token_invalid'],
    ['that has expired', { exp: 1_000_000_000 }, 'id_token_invalid'],
    ['whose expiry is a text', { exp: '9999999999' }, 'id_token_invalid'],
    ['without an expiry', { exp: undefined }, 'id_token_invalid'],
    ['that is not valid yet', { nbf: 9_999_999_999 }, 'id_token_invalid'],
    ['from the future', { iat: 9_999_999_999, nbf: undefined }, 'id_token_invalid'],
  ])('an ID token %s is refused', async (_name, change, code) => {
    const browser = world.openBrowser()
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, ...change }))
    const page = await browser.goTo('/auth/login')
    expect(await reportOf(world, page, browser)).toMatchObject({ code })
  })

  test.each([{ alg: 'none' as const }, { alg: 'HS256' as const }, { otherKey: true }])(
    'an ID token signed with %j is refused',
    async (options) => {
      const browser = world.openBrowser()
      world.emulator.tamperNextIdToken((claims) => claims, options)
      const page = await browser.goTo('/auth/login')
      expect(await reportOf(world, page, browser)).toMatchObject({ code: 'id_token_invalid' })
    },
  )

  test.each([
    ['missing', {}],
    ['empty', { id_token: '' }],
    ['no token at all', { id_token: 'x' }],
  ])('an ID token that is %s is refused', async (_name, answer) => {
    const browser = world.openBrowser()
    const tokens = {
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: 'a.b.c',
      scope: 'openid',
    }
    world.emulator.failNext('token', { status: 200, body: { ...tokens, ...answer } })
    const page = await browser.goTo('/auth/login')
    expect(page.url.pathname).toBe('/error')
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  })
})
