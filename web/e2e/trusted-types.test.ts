import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('a script in the page', () => {
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

  test('cannot turn text into markup, nor make a policy that allows it', async () => {
    const { context, page } = await Visitor.arrive(browser, world.origin)
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor()
    const setMarkup = page.evaluate(`document.body.innerHTML = '<b>text</b>'`)
    await expect(setMarkup).rejects.toThrow('TrustedHTML')
    const makePolicy = page.evaluate(`trustedTypes.createPolicy('mine', {})`)
    await expect(makePolicy).rejects.toThrow('disallowed')
    await context.close()
  })
})
