import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.clearRequests()
})
afterAll(() => world.close())

describe('signing in', () => {
  test('ends at home with a session that names the person', async () => {
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/session')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      authenticated: true,
      user: { name: 'Adele Vance', username: 'AdeleV@contoso.onmicrosoft.com' },
    })
  })
})
