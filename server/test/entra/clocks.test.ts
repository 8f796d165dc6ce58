import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { toCallback, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
  world.emulator.setLifetimes({ idToken: 3_600, accessToken: 3_600 })
})
afterAll(() => world.close())

/** The emulator uses the clock of this process, so a wrong clock is written into the claims. */
function shiftEntraClock(minutes: number): void {
  const shift = (time: unknown) => Number(time) + minutes * 60
  world.emulator.tamperNextIdToken(({ iat, nbf, exp, ...claims }) => ({
    ...claims,
    iat: shift(iat),
    nbf: shift(nbf),
    exp: shift(exp),
  }))
}

describe("Entra's clock (#29)", () => {
  test.each([0, 1, 4])('the clock of Entra may be %i minutes ahead', async (minutes) => {
    shiftEntraClock(minutes)
    const page = await world.openBrowser().goTo('/auth/login')
    expect(page.url.pathname).toBe('/')
  })

  test.each([0, 1, 4])('the clock of Entra may be %i minutes behind', async (minutes) => {
    world.emulator.setLifetimes({ idToken: 30 })
    shiftEntraClock(-minutes)
    const page = await world.openBrowser().goTo('/auth/login')
    expect(page.url.pathname).toBe('/')
  })

  test.each([6, -6, 10, -10, 60, -60])(
    'the clock of Entra may not be %i minutes off',
    async (minutes) => {
      world.emulator.setLifetimes({ idToken: 30 })
      shiftEntraClock(minutes)
      const browser = world.openBrowser()
      const page = await browser.goTo('/auth/login')
      expect(await browser.reportOf(page)).toMatchObject({ code: 'id_token_invalid' })
      expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
    },
  )

  test.each(['iat', 'nbf', 'exp'])(
    'a wrong clock is noticed in each claim alone: %s',
    async (name) => {
      const minutes = name === 'exp' ? -70 : 10
      world.emulator.tamperNextIdToken((claims) => ({
        ...claims,
        nbf: undefined,
        [name]: Number(claims[name]) + minutes * 60,
      }))
      const page = await world.openBrowser().goTo('/auth/login')
      expect(page.url.pathname).toBe('/error')
    },
  )
})

describe('a step of the clock (#29)', () => {
  test.each([-1, -10, -60, -24 * 60])(
    'a clock step of %i minutes ends no session and causes at most one refresh',
    async (minutes) => {
      const browser = await world.signIn()
      expect((await browser.fetch('/api/me')).status).toBe(200)
      later(minutes)
      world.emulator.clearRequests()
      const answers = await Promise.all(Array.from({ length: 8 }, () => browser.fetch('/api/me')))
      expect(answers.map(({ status }) => status)).toEqual(Array.from(answers, () => 200))
      for (let count = 0; count < 5; count += 1) await browser.fetch('/api/me')
      expect(world.emulator.requests('token').length).toBeLessThanOrEqual(1)
      expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    },
  )

  test('a clock step ahead and back leaves the session as it was', async () => {
    const browser = await world.signIn()
    later(50)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    later(-50)
    world.emulator.clearRequests()
    for (let count = 0; count < 10; count += 1) {
      expect((await browser.fetch('/api/me')).status).toBe(200)
    }
    expect(world.emulator.requests('token').length).toBeLessThanOrEqual(1)
  })

  test('a clock step back during a sign-in does not break the sign-in', async () => {
    const browser = world.openBrowser()
    const { url } = await browser.goTo('/auth/login', toCallback)
    later(-4)
    expect((await browser.goTo(url.href)).url.pathname).toBe('/')
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a clock step back does not make a session live longer', async () => {
    const browser = await world.signIn()
    later(-10)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    later(10 + 61)
    expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'session_expired' })
  })
})
