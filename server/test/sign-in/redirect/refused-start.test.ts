import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { reportOf } from '../../support/failed-sign-in.ts'
import { adele, World } from '../../support/world.ts'

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

describe('a sign-in with a wrong query', () => {
  test.each([
    ['a permission that no call needs', 'scopes=Mail.ReadWrite'],
    ['a prompt that there is not', 'prompt=always'],
    ['a query twice', 'prompt=login&prompt=none'],
    ['a hint that is too long', `loginHint=${'a'.repeat(400)}`],
  ])(
    'a person who opens a sign-in with a wrong query reads in the Error view what is wrong: %s',
    async (_what, query) => {
      const browser = world.openBrowser()
      const page = await browser.goTo(`/auth/login?${query}&returnTo=%2Fsessions`)
      expect(page.visited).toHaveLength(2)
      expect(await reportOf(world, page, browser)).toMatchObject({
        code: 'invalid_request',
        retry: { href: '/auth/login?returnTo=%2Fsessions', label: 'Start again' },
      })
    },
  )

  test.each(['scopes=Mail.ReadWrite', 'prompt=always'])(
    'a program that opens a sign-in with a wrong query gets a problem: %s',
    async (query) => {
      const { statusCode, headers, body } = await request(`${world.origin}/auth/login?${query}`)
      expect(statusCode).toBe(400)
      expect(await body.json()).toMatchObject({ code: 'invalid_request' })
      expect(headers).not.toHaveProperty('set-cookie')
    },
  )
})
