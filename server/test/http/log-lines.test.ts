import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { answeredSignIn } from '../support/failed-sign-in.ts'
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

describe('the log', () => {
  const secret = 'TEXT-FROM-OUTSIDE'

  test.each([
    ['a scope', `/auth/login?scopes=${secret}`],
    ['a prompt', `/auth/login?prompt=${secret}`],
    ['a hint', `/auth/login?loginHint=${secret.repeat(40)}`],
    ['a parameter that there is not', `/auth/login?${secret}=1&scopes=x`],
    ['a state', `/getAToken?state=${secret}`],
  ])('the log holds no value of a query: %s', async (_what, path) => {
    world.logLines.length = 0
    await world.openBrowser().goTo(path)
    expect(world.logLines.join('')).not.toContain(secret)
  })

  test('the log holds no error text of a callback', async () => {
    const browser = world.openBrowser()
    const answer = await answeredSignIn(browser)
    answer.searchParams.set('error', secret)
    world.logLines.length = 0
    await browser.goTo(answer.href)
    expect(world.logLines.join('')).toContain('an unknown error')
    expect(world.logLines.join('')).not.toContain(secret)
  })

  test('the log holds at most a hundred characters of a foreign Origin', async () => {
    world.logLines.length = 0
    const origin = `https://${'a'.repeat(12_000)}.example`
    const { statusCode, body } = await request(`${world.origin}/api/session`, {
      headers: { origin },
    })
    await body.dump()
    expect(statusCode).toBe(403)
    expect(world.logLines.join('')).toContain('https://aaa')
    expect(world.logLines.join('').length).toBeLessThan(2_000)
  })
})
