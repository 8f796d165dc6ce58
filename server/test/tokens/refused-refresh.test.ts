import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

test.each(['invalid_grant', 'interaction_required', 'access_denied'])(
  'a refresh that Entra answers with %s asks for a new sign-in, and Entra is not asked again',
  async (error) => {
    const browser = await world.signIn()
    later(58)
    world.emulator.failNext('token', { entraError: { error } })
    const { status, json } = await browser.fetch('/api/me')
    expect(status).toBe(401)
    expect(json).toMatchObject({ code: 'reauthentication_required' })

    world.emulator.clearRequests()
    expect((await browser.fetch('/api/me')).status).toBe(401)
    expect(world.emulator.requests('token')).toHaveLength(0)
  },
)
