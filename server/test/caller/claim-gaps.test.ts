import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { readers, registration, withOwnRoutes } from '../support/own-routes.ts'
import { behindNginx } from '../support/surroundings.ts'
import { registrationAt, World } from '../support/world.ts'

let world: World
let browser: Browser
beforeAll(async () => {
  world = await World.open({}, { ...withOwnRoutes, registration: {} })
  browser = await world.signIn()
})
afterAll(() => world.close())

async function missing(): Promise<unknown> {
  const { json } = await browser.fetch('/api/setup')
  return (json as { settings: { status: string }[] }).settings.filter(
    ({ status }) => status !== 'present',
  )
}

const warnings = () => world.logLines.filter((line) => line.includes('No ID token so far has had'))

// Each of two servers behind nginx knows only of its own requests.
describe.skipIf(behindNginx)('claims that the app registration does not ask for', () => {
  test('the Setup view names no claim before a route has asked for it', async () => {
    expect(await missing()).toEqual([])
  })

  test('a role and a group that no ID token carries are named by the Setup view, and once by the log', async () => {
    for (const path of ['/api/reports', '/api/readers', '/api/approvers', '/api/reports']) {
      expect((await browser.fetch(path)).status).toBe(403)
    }
    expect(await missing()).toEqual([
      {
        name: 'claim roles',
        status: 'missing',
        detail: expect.stringMatching(/Reports\.Read.*App roles/) as string,
      },
      {
        name: 'claim groups',
        status: 'missing',
        detail: expect.stringMatching(`${readers}.*Add groups claim`) as string,
      },
    ])
    expect(warnings()).toHaveLength(2)
  })

  test('the Setup view no longer names a claim that an ID token has carried', async () => {
    world.emulator.registerClient({ ...registrationAt(world.origin), ...registration })
    const other = await world.signIn()
    for (const path of ['/api/reports', '/api/readers']) await other.fetch(path)
    expect(await missing()).toEqual([])
    await browser.fetch('/api/reports')
    expect(await missing()).toEqual([])
    expect(warnings()).toHaveLength(2)
  })
})
