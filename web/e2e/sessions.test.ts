import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('in a real browser', () => {
  let browser: Browser
  let world: World
  let visitor: Visitor
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open({ DEVICE_LOGIN: 'on' }, { frontChannelLogout: true })
    world.emulator.setLifetimes({ devicePollInterval: 1 })
  })
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, world.origin)
  })
  afterEach(async () => {
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  async function signIn({ page }: Visitor): Promise<void> {
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await page.getByText('Welcome Adele Vance!').waitFor()
  }

  test('a person signs in on another device, and reloads the page meanwhile', async () => {
    const { page } = visitor
    world.emulator.signInAutomaticallyAs(undefined)
    await page.goto('/result/me')
    await page.getByRole('link', { name: 'Sign in on another device' }).click()
    await page.getByRole('button', { name: 'Get a code' }).click()
    const code = page.getByLabel(/^([A-Z0-9] )+[A-Z0-9]$/)
    await code.waitFor()
    const shown = await code.getAttribute('aria-label')
    await page.reload()
    await code.waitFor()
    expect(await code.getAttribute('aria-label')).toBe(shown)

    const phone = await Visitor.arrive(browser, world.origin)
    await phone.page.goto(`${new URL(world.emulator.authority).origin}/devicelogin`)
    await phone.page.getByLabel('Code').fill(shown?.replace(/[^A-Z0-9]/g, '') ?? '')
    await phone.page.keyboard.press('Enter')
    await phone.page.getByRole('button', { name: 'Adele Vance' }).click()
    await phone.page.getByRole('button', { name: /Accept|Continue/ }).click()
    await phone.page.getByRole('heading', { name: 'You have signed in' }).waitFor()
    await phone.context.close()

    await page.getByRole('button', { name: /^Continue/ }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
  })

  test('a page learns at once that its session was ended elsewhere', async () => {
    world.emulator.signInAutomaticallyAs(adele)
    await signIn(visitor)
    const other = await Visitor.arrive(browser, world.origin)
    await signIn(other)
    await other.page.getByRole('link', { name: 'Your sessions' }).click()
    await other.page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await visitor.page.getByText('Your session was ended').waitFor()
    await visitor.page.waitForURL((url) => url.pathname === '/login')
    expect(await other.heading()).toBe('Your sessions')
    await other.context.close()
  })

  test('signing out lets Entra end the session through its frame, without a complaint', async () => {
    world.emulator.signInAutomaticallyAs(adele)
    await signIn(visitor)
    const frames: number[] = []
    visitor.page.on('response', (response) => {
      if (response.url().includes('/auth/frontchannel-logout?sid=')) frames.push(response.status())
    })
    await visitor.page.getByRole('button', { name: 'Sign out' }).click()
    await visitor.page.getByText('You are signed out').waitFor()
    expect(frames).toEqual([200])
  })
})
