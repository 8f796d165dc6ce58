import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registration } from '../../server/test/support/own-routes.ts'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, signInAs, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('the example of an own page, in a real browser', () => {
  let browser: Browser
  let world: World
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open({}, { registration })
    world.emulator.signInAutomaticallyAs(undefined)
    world.emulator.revokeConsents()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  test('it asks for the permission that its route needs, and then shows what the route answers', async () => {
    const visitor = await Visitor.arrive(browser, world.origin)
    const { page } = visitor
    const opened = await page.goto('/agenda')
    expect(opened?.status()).toBe(200)
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await signInAs(page, 'Adele Vance')
    await page.getByRole('link', { name: 'Give consent' }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByText('Prepared for Adele Vance').waitFor()
    expect(page.url()).toBe(`${world.origin}/agenda`)
    expect(visitor.complaints).toEqual([])
  })
})
