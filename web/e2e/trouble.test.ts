import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

const build = fileURLToPath(new URL('../dist', import.meta.url))

describe.skipIf(!browserPath)('in a real browser, when something is missing', () => {
  let browser: Browser
  let folder: string
  let world: World
  let visitor: Visitor
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-trouble-'))
    cpSync(build, join(folder, 'web'), { recursive: true })
    browser = await launchBrowser()
    world = await World.open(
      { SESSION_STORE: `file:${join(folder, 'data')}` },
      { server: { webFolder: join(folder, 'web') } },
    )
  })
  beforeEach(async () => {
    visitor = await signIn()
  })
  afterEach(async () => {
    expect(visitor.complaints).toEqual([])
    await visitor.context.close()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
    rmSync(folder, { recursive: true })
  })

  async function signIn(): Promise<Visitor> {
    const arrived = await Visitor.arrive(browser, world.origin)
    await arrived.page.goto('/')
    await arrived.page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await arrived.page.getByText('Welcome Adele Vance!').waitFor()
    return arrived
  }

  /** As after a deployment: the open page names a file that no longer exists. */
  function takeAway(view: string): () => void {
    const assets = join(folder, 'web/assets')
    const files = readdirSync(assets).filter((file) => file.startsWith(view))
    for (const file of files) renameSync(join(assets, file), join(folder, file))
    return () => {
      for (const file of files) renameSync(join(folder, file), join(assets, file))
    }
  }

  test('a click on a view whose file is gone reloads the page once, and the view is there', async () => {
    const { page } = visitor
    const bringBack = takeAway('ResultView')
    // The file is back before the new document asks for it.
    page.on('request', (request) => {
      if (request.isNavigationRequest()) bringBack()
    })
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
  })

  test('a view whose file stays missing says so without a loop, and is there after a click on Try again', async () => {
    const { page } = visitor
    const bringBack = takeAway('ResultView')
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
    onTestFinished(takeAway('SessionExpiry'))
    const { context, page } = await signIn()
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
