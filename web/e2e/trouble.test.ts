import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('in a real browser, when something is missing', () => {
  let browser: Browser
  let world: World
  let visitor: Visitor
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open({}, { keepsFiles: true })
  })
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, world.origin)
    await signIn(visitor)
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

  /** As after a deployment: the open page names a file that no longer exists. */
  async function takeAway(view: string, context: BrowserContext): Promise<() => void> {
    let isGone = true
    await context.route(`**/assets/${view}-*`, (route) =>
      isGone ? route.fulfill({ status: 404 }) : route.continue(),
    )
    return () => {
      isGone = false
    }
  }

  test('a click on a view whose file is gone reloads the page once, and the view is there', async () => {
    const { context, page } = visitor
    const bringBack = await takeAway('ResultView', context)
    // The file is back before the new document asks for it.
    page.on('request', (request) => {
      if (request.isNavigationRequest()) bringBack()
    })
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
  })

  test('a view whose file stays missing says so without a loop, and is there after a click on Try again', async () => {
    const { context, page } = visitor
    const bringBack = await takeAway('ResultView', context)
    let documents = 0
    page.on('request', (request) => (documents += Number(request.isNavigationRequest())))
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByRole('heading', { name: 'We can’t reach the server' }).waitFor()
    expect(documents).toBe(1)
    bringBack()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    expect(documents).toBe(2)
  })

  test('a click while the server is stopped says so, and goes on by itself once it is back', async () => {
    const { page } = visitor
    await world.stopServer()
    await page.getByRole('link', { name: 'Your sessions' }).click()
    await page.getByRole('heading', { name: 'We can’t reach the server' }).waitFor()
    await world.startServer()
    await page.getByRole('heading', { name: 'Your sessions' }).waitFor()
    await page.waitForURL((url) => url.pathname === '/sessions')
  })

  test('a page notices at once that the server has stopped, and that it is back', async () => {
    const { page } = visitor
    await world.stopServer()
    await page.getByRole('note').getByText('The server does not answer.').waitFor()
    await world.startServer()
    await page.getByRole('alert').getByText('The server answers again.').waitFor()
    expect(await page.getByText('The server does not answer.').count()).toBe(0)
  })

  test('a page whose expiry banner cannot be loaded still learns that its session was ended', async () => {
    const other = await Visitor.arrive(browser, world.origin)
    const { context, page } = other
    await takeAway('SessionExpiry', context)
    await signIn(other)
    await visitor.page.getByRole('link', { name: 'Your sessions' }).click()
    await visitor.page.getByRole('button', { name: 'Sign out everywhere else' }).click()
    await page.getByText('Your session was ended').waitFor()
    await page.waitForURL((url) => url.pathname === '/login')
    await context.close()
  })

  test('without JavaScript the page says what it needs, at the top', async () => {
    const context = await browser.newContext({ baseURL: world.origin, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto('/')
    const box = await page.locator('noscript .card').boundingBox()
    expect(box?.y).toBeLessThan(200)
    await context.close()
  })
})
