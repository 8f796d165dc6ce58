import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { leastDifferent } from '../../support/randomness.ts'
import { adele, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterAll(() => world.close())

describe('starting a sign-in', () => {
  test('a sign-in sends the browser to Entra with state, nonce and an S256 challenge', async () => {
    const { url } = await world.openBrowser().goTo('/auth/login', world.toEntra)
    const query = Object.fromEntries(url.searchParams)
    expect(url.pathname).toBe(`/${world.emulator.tenantId}/oauth2/v2.0/authorize`)
    expect(query).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: `${world.origin}/getAToken`,
      code_challenge_method: 'S256',
      prompt: 'select_account',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(query[name]).toMatch(/^[\w-]{43}$/)
    }
    expect(query['scope']?.split(' ').sort()).toEqual(
      ['User.Read', 'offline_access', 'openid', 'profile'].sort(),
    )
  })

  test('each sign-in has its own state, nonce and challenge, of 256 random bits', async () => {
    const starts = await Promise.all(
      Array.from({ length: 20 }, () => world.openBrowser().goTo('/auth/login', world.toEntra)),
    )
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = starts.map(({ url }) => url.searchParams.get(name) ?? '')
      expect(leastDifferent(values)).toBeGreaterThan(10)
    }
  })

  test('a sign-in can ask for no scope that no call needs', async () => {
    const { statusCode, body } = await request(`${world.origin}/auth/login?scopes=Mail.ReadWrite`)
    expect(statusCode).toBe(400)
    expect(await body.json()).toMatchObject({ code: 'invalid_request' })
  })

  test.each([
    ['iframe', 'navigate'],
    ['frame', 'navigate'],
    ['object', 'navigate'],
    ['embed', 'navigate'],
    ['image', 'no-cors'],
    ['script', 'no-cors'],
    ['empty', 'no-cors'],
    ['empty', 'cors'],
    ['document', 'no-cors'],
  ])(
    'a sign-in cannot start from an element of a page: %s, %s (#17)',
    async (destination, mode) => {
      const browser = world.openBrowser()
      const { status, json, headers } = await browser.fetch('/auth/login', {
        headers: { 'sec-fetch-dest': destination, 'sec-fetch-mode': mode },
      })
      expect(status).toBe(403)
      expect(json).toMatchObject({ code: 'csrf_failed' })
      expect(headers).not.toHaveProperty('set-cookie')
    },
  )

  test.each([
    ['loginHint', 'a'.repeat(321)],
    ['loginHint', '漢'.repeat(36)],
    ['domainHint', 'b'.repeat(129)],
  ])('a hint that is too long is a problem that names the hint: %s', async (name, value) => {
    const query = new URLSearchParams({ [name]: value }).toString()
    const { statusCode, body } = await request(`${world.origin}/auth/login?${query}`)
    expect(statusCode).toBe(400)
    expect(await body.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(`The query "${name}" is too long`) as string,
    })
  })
})
