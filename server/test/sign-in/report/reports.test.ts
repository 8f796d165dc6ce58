import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { later } from '../../support/clock.ts'
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

describe('a sign-in error', () => {
  test('a sign-in error is shown to no other browser', async () => {
    const page = await world.openBrowser().goTo('/getAToken?state=x')
    const ref = page.url.searchParams.get('ref') ?? ''
    const { status, json } = await world.openBrowser().fetch(`/api/errors/${ref}`)
    expect(status).toBe(404)
    expect(json).toMatchObject({ code: 'not_found' })
  })

  test('a sign-in error is forgotten after ten minutes', async () => {
    const browser = world.openBrowser()
    const page = await browser.goTo('/getAToken?state=x')
    later(10)
    const ref = page.url.searchParams.get('ref') ?? ''
    expect((await browser.fetch(`/api/errors/${ref}`)).status).toBe(404)
  })
})
