import { type AgendaReport, type Problem, paths } from '@entra-bff/shared'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alex, registration } from '../support/own-routes.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, { registration })
})
beforeEach(() => {
  world.emulator.revokeConsents()
})
afterAll(() => world.close())

describe('the example of an own route', () => {
  test('it asks for the permission that it needs, and then makes its report of what Graph answers', async () => {
    const browser = await world.signInAs(adele)
    const refused = await browser.fetch(paths.agendaReport)
    expect(refused).toMatchObject({ status: 403, json: { code: 'consent_required' } })
    const { href } = (refused.json as Problem).login ?? {}
    expect(href).toContain('scopes=Calendars.Read')
    await browser.goTo(href ?? '')
    const { status, json } = await browser.fetch(paths.agendaReport)
    expect(status).toBe(200)
    const { preparedFor, events } = json as AgendaReport
    expect(preparedFor).toBe('Adele Vance')
    expect(events.length).toBeGreaterThan(0)
    expect(Object.keys(events[0] ?? {})).toEqual(['subject', 'startsAt'])
    const times = events.map(({ startsAt }) => Date.parse(startsAt))
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    for (const { startsAt } of events) expect(startsAt).toMatch(/Z$/)
    for (const time of times) expect(time).toBeGreaterThan(Date.now())
  })

  test('it refuses a person without the app role, and a person who is signed out', async () => {
    const browser = await world.signInAs(alex)
    const { status, json } = await browser.fetch(paths.agendaReport)
    expect([status, json]).toMatchObject([
      403,
      { code: 'forbidden', detail: expect.stringContaining('Reports.Read') as string },
    ])
    const nobody = await world.openBrowser().fetch(paths.agendaReport)
    expect(nobody).toMatchObject({ status: 401, json: { code: 'not_signed_in' } })
  })
})
