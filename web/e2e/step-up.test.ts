import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '../../server/src/downstream/calls.ts'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, signInAs, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('in a real browser', () => {
  let browser: Browser
  let world: World
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open(
      {},
      {
        server: {
          calls: (settings) =>
            callsOf(settings).map((call) => ({
              ...call,
              ...(call.id === 'me' && { requires: { authenticationContext: 'c1' } }),
            })),
        },
      },
    )
    world.emulator.signInAutomaticallyAs(undefined)
    world.emulator.setPolicies([{ target: 'c1', grant: 'mfa' }])
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  test('a call that needs a stronger sign-in says so, and one click and one proof lead to its result', async () => {
    const visitor = await Visitor.arrive(browser, world.origin)
    const { page } = visitor
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await signInAs(page, 'Adele Vance')
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('This needs a sign-in that fulfills').waitFor()
    await page.getByRole('link', { name: 'Confirm that it is you' }).click()
    await page.getByRole('button', { name: 'Approve on your phone' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
    expect(visitor.complaints).toEqual([])
  })
})
