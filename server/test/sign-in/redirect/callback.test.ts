import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../../support/clock.ts'
import { answeredSignIn, reportOf } from '../../support/failed-sign-in.ts'
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

describe('a callback', () => {
  test.each([
    ['without a state', '?code=abc', 'state_missing'],
    ['with an empty state', '?code=abc&state=', 'state_missing'],
    ['with two states', '?code=abc&state=a&state=b', 'state_missing'],
    ['with a state that is an array', '?code=abc&state[]=a', 'state_missing'],
    ['with a state from nowhere', '?code=abc&state=nowhere', 'state_mismatch'],
    ['with a state of 10 kB', `?code=abc&state=${'a'.repeat(10_000)}`, 'state_mismatch'],
    ['with NUL in the state', '?code=abc&state=%00', 'state_mismatch'],
    ['with a state that is not UTF-8', '?code=abc&state=%ff%fe', 'state_mismatch'],
  ])('a callback %s ends in the Error view (#5)', async (_name, query, code) => {
    const browser = world.openBrowser()
    const page = await browser.goTo(`/getAToken${query}`)
    expect(await reportOf(world, page, browser)).toMatchObject({ code })
    expect(world.emulator.requests('token')).toHaveLength(0)
  })

  test('a callback of another browser ends in the Error view, and leaves the first sign-in usable (#3)', async () => {
    const [attacker, victim] = [world.openBrowser(), world.openBrowser()]
    const answer = await answeredSignIn(attacker)
    const page = await victim.goTo(answer.href)
    expect(await reportOf(world, page, victim)).toMatchObject({ code: 'state_mismatch' })
    expect((await attacker.goTo(answer.href)).url.pathname).toBe('/result/me')
  })

  test('a callback of another browser changes nothing for a person who is signed in (#3)', async () => {
    const answer = await answeredSignIn(world.openBrowser())
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    const victim = await world.signIn()
    const own = await answeredSignIn(victim)
    world.emulator.clearRequests()
    const page = await victim.goTo(answer.href)
    expect(await victim.reportOf(page)).toMatchObject({
      code: 'state_mismatch',
    })
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect((await victim.fetch('/api/me')).json).toMatchObject({ displayName: 'Alex Wilber' })
    expect((await victim.goTo(own.href)).url.pathname).toBe('/result/me')
  })

  test('a callback after ten minutes ends in the Error view and says so', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    later(11)
    const page = await browser.goTo(answer.href)
    expect(await reportOf(world, page, browser)).toMatchObject({
      code: 'state_expired',
      retry: { href: '/auth/login?returnTo=%2Fresult%2Fme', label: 'Start again' },
    })
  })

  test('a callback that is replayed by its signed-in browser goes home and changes nothing (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    await browser.goTo(answer.href)
    const cookies = await browser.cookies()
    const page = await browser.goTo(`${answer.pathname}${answer.search}`)
    expect(page.url.pathname).toBe('/')
    expect(await browser.cookies()).toEqual(cookies)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('a callback that is replayed by another browser ends in the Error view (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    await browser.goTo(answer.href)
    const other = world.openBrowser()
    const page = await other.goTo(answer.href)
    expect(await reportOf(world, page, other)).toMatchObject({ code: 'state_replayed' })
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('a used state is forgotten when its sign-in would have expired (#1)', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    later(9)
    await browser.goTo(answer.href)
    later(12)
    const other = world.openBrowser()
    const page = await other.goTo(answer.href)
    expect(await reportOf(world, page, other)).toMatchObject({ code: 'state_mismatch' })
  })

  test('a callback sent twenty times at once makes one token request and one session (#1)', async () => {
    const browser = world.openBrowser()
    const { href } = await answeredSignIn(browser)
    const cookie = await browser.jar.getCookieString(href)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(href, { headers: { cookie }, redirect: 'manual' })),
    )
    const signedIn = answers.filter((answer) => answer.headers.get('location') === '/result/me')
    expect(signedIn).toHaveLength(1)
    const others = answers.filter((answer) => answer !== signedIn[0])
    for (const answer of others) {
      expect(answer.headers.get('location')).toMatch(/^\/error\?ref=/)
      expect(answer.headers.getSetCookie().join()).not.toContain('sid-')
    }
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('a callback with the code of another attempt of the same browser is refused (#2)', async () => {
    const browser = world.openBrowser()
    const first = await answeredSignIn(browser)
    const second = await answeredSignIn(browser)
    second.searchParams.set('code', first.searchParams.get('code') ?? '')
    const page = await browser.goTo(second.href)
    expect(await reportOf(world, page, browser)).toMatchObject({ code: 'sign_in_expired' })
  })

  test('a callback with cookies of foreign names ends in the Error view', async () => {
    const { port } = new URL(world.origin)
    const { statusCode, headers } = await request(`${world.origin}/getAToken?state=x`, {
      headers: { cookie: `err-${port}-a b"(),/=1; tx-${port}-=2; __proto__=3` },
    })
    expect(statusCode).toBe(303)
    expect(headers['location']).toMatch(/^\/error\?ref=/)
  })

  test('a callback with neither code nor error ends in the Error view', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    answer.searchParams.delete('code')
    const page = await browser.goTo(answer.href)
    expect(await reportOf(world, page, browser)).toMatchObject({ code: 'sign_in_failed' })
  })
})
