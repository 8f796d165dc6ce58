import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterAll(() => world.close())

describe('the redirect URI after a sign-out', () => {
  test('the redirect URI without parameters leads to the page that reports the sign-out, and changes nothing', async () => {
    const browser = await world.signIn()
    world.logLines.length = 0
    const { status, headers } = await browser.fetch('/getAToken')
    expect([status, headers['location']]).toEqual([303, '/login?signedOut'])
    expect(headers).not.toHaveProperty('set-cookie')
    expect(world.logLines.join('')).not.toContain('"audit":')
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('the redirect URI with unknown parameters and without a session leads to the page that reports the sign-out', async () => {
    const { status, headers } = await world.openBrowser().fetch('/getAToken?session_state=x')
    expect([status, headers['location']]).toEqual([303, '/login?signedOut'])
  })
})
