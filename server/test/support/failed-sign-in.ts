import { expect } from 'vitest'
import type { Browser, Page } from './browser.ts'
import { toCallback, type World } from './world.ts'

/** The report of the Error view. Nobody may be signed in, and Entra may have been asked once at most. */
export async function reportOf(world: World, page: Page, browser: Browser): Promise<unknown> {
  expect(page.url.pathname).toBe('/error')
  expect(await browser.isSignedIn()).toBe(false)
  expect(world.emulator.requests('token').length).toBeLessThanOrEqual(1)
  return browser.reportOf(page)
}

/** The address with Entra's answer to a sign-in. The browser has not opened it yet. */
export async function answeredSignIn(browser: Browser): Promise<URL> {
  return (await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme', toCallback)).url
}
