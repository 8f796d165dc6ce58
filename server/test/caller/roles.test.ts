import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { requireRole } from '../../src/caller/requirement.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { later } from '../support/clock.ts'
import { leaveOut } from '../support/older-records.ts'
import { alex, registration, withOwnRoutes } from '../support/own-routes.ts'
import { adele, registrationAt, World } from '../support/world.ts'

/** Keeps its records over restarts of the server. */
const store = { ...openMemoryStore(), close: () => Promise.resolve() }
let world: World
beforeAll(async () => {
  const server = { ...withOwnRoutes.server, store }
  world = await World.open({ SESSION_SECRET: 's'.repeat(32) }, { ...withOwnRoutes, server })
})
beforeEach(() => {
  world.emulator.registerClient({ ...registrationAt(world.origin), ...registration })
  world.emulator.signInAutomaticallyAs(adele)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

function plantRoles(roles: unknown): void {
  world.emulator.tamperNextIdToken((claims) => ({ ...claims, roles }))
}

describe('a route that requires an app role', () => {
  test('a route that requires an app role answers a caller who has it, and knows their roles', async () => {
    const browser = await world.signIn()
    expect(await browser.fetch('/api/reports')).toMatchObject({
      status: 200,
      json: { username: adele, roles: ['Reports.Read'] },
    })
  })

  test('a caller without the app role of a route reads in the 403 which role is missing and who gives it', async () => {
    const browser = await world.signInAs(alex)
    const { status, json } = await browser.fetch('/api/reports')
    expect(status).toBe(403)
    expect(json).toMatchObject({
      code: 'forbidden',
      detail: expect.stringMatching(/Reports\.Read.*administrator.*Users and groups/) as string,
    })
    expect(world.logLines.some((line) => line.includes('lacks the app role'))).toBe(true)
  })

  test('a route that requires an app role is a 401 for nobody', async () => {
    const { status, json } = await world.openBrowser().fetch('/api/reports')
    expect([status, json]).toMatchObject([401, { code: 'not_signed_in' }])
  })

  test('a role that is taken away counts until the next sign-in, also over a refresh', async () => {
    const browser = await world.signIn()
    world.emulator.registerClient(registrationAt(world.origin))
    later(58)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect((await browser.fetch('/api/reports')).status).toBe(200)
    vi.useRealTimers()
    await world.signIn(browser)
    expect((await browser.fetch('/api/reports')).status).toBe(403)
  })

  test('a session of an older build, which kept no roles, lives on and has none', async () => {
    const browser = await world.signIn()
    await leaveOut(['roles', 'groups'], store, world.settings)
    await world.stopServer()
    await world.startServer()
    expect((await browser.fetch('/api/session')).json).toMatchObject({
      authenticated: true,
      roles: [],
    })
    expect((await browser.fetch('/api/reports')).status).toBe(403)
    await world.signIn(browser)
    expect((await browser.fetch('/api/reports')).status).toBe(200)
  })

  test.each(['', 'Reports Read', 'x'.repeat(121)])(
    'a route that requires what cannot be an app role is refused at the start: %j',
    (role) => {
      expect(() => requireRole(role)).toThrow('is not the value of an app role')
    },
  )
})

describe('the roles claim', () => {
  test.each<[unknown]>([
    ['Reports.Read'],
    [{ 0: 'Reports.Read', length: 1 }],
    [[['Reports.Read']]],
    [[{ value: 'Reports.Read' }, null, 7, true]],
    [['reports.read', 'Reports.Read ', 'Reports', 'Reports.Read,Admin']],
    [[]],
    [null],
  ])(
    'a roles claim of an odd form gives nobody a role, and signs in all the same: %j',
    async (roles) => {
      plantRoles(roles)
      const browser = await world.signIn()
      expect((await browser.fetch('/api/reports')).status).toBe(403)
    },
  )

  test('odd values beside a role do not take it away', async () => {
    plantRoles([null, '__proto__', 'x'.repeat(10_000), { toString: 'x' }, 'Reports.Read'])
    const browser = await world.signIn()
    const { json } = await browser.fetch('/api/session')
    expect(json).toMatchObject({ roles: ['__proto__', 'Reports.Read'] })
    expect((await browser.fetch('/api/reports')).status).toBe(200)
  })

  test('of ten thousand roles a session keeps a hundred', async () => {
    plantRoles(Array.from({ length: 10_000 }, (_, index) => `Role.${String(index)}`))
    const browser = await world.signIn()
    const { roles } = (await browser.fetch('/api/session')).json as { roles: string[] }
    expect(roles).toHaveLength(100)
  })
})

test('the session tells the page the roles of the person, and no group', async () => {
  const browser = await world.signIn()
  const { json, text } = await browser.fetch('/api/session')
  expect(json).toMatchObject({ authenticated: true, roles: ['Reports.Read'] })
  expect(text).not.toContain('groups":[')
})
