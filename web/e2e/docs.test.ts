import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('the API page in a real browser', () => {
  let browser: Browser
  let world: World
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  test('a person signs in from the API page, and calls an API there, inside the security policy', async () => {
    const visitor = await Visitor.arrive(browser, world.origin)
    const { page } = visitor
    await page.goto('/docs')
    await page.getByText('You are not signed in').waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByText('You are signed in as Adele Vance.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/docs')
    const card = page.locator('details', {
      has: page.locator('code', { hasText: /^\/api\/me$/ }),
      hasText: /^\s*GET/,
    })
    await card.locator('summary').click()
    await card.getByRole('button', { name: 'Send' }).click()
    await card.getByText('The server answered 200.').waitFor()
    await card.getByText('"displayName": "Adele Vance"').waitFor()
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })
})
