import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, signInAs, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('in a real browser', () => {
  let browser: Browser
  let folder: string
  let world: World
  let visitor: Visitor
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-browser-'))
    browser = await launchBrowser()
    world = await World.open({ SESSION_STORE: `file:${folder}` })
    world.emulator.signInAutomaticallyAs(undefined)
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
    rmSync(folder, { recursive: true })
  })

  async function signedIn(): Promise<void> {
    await visitor.page.goto('/')
    await visitor.page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await signInAs(visitor.page, 'Adele Vance')
    await visitor.page.getByText('Welcome Adele Vance!').waitFor()
  }

  test('a person signs in, is welcomed, calls Graph, goes back and signs out', async () => {
    const { page } = visitor
    await page.goto('/')
    await page.waitForURL((url) => url.pathname === '/login')
    await signedIn()
    expect(await visitor.heading()).toBe('Welcome Adele Vance!')
    await page.waitForURL((url) => url.pathname === '/')

    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
    await page.getByRole('link', { name: 'Back' }).click()
    expect(await visitor.heading()).toBe('Welcome Adele Vance!')

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
    await page.waitForURL((url) => url.pathname === '/login')
    await page.goto('/result/me')
    await page.waitForURL((url) => url.pathname === '/login')
  })

  test('the link Back stays in view above a large result', async () => {
    await signedIn()
    const { page } = visitor
    const large = {
      value: Array.from({ length: 3_000 }, (_, id) => ({ id, name: 'x'.repeat(40) })),
    }
    world.emulator.failNext('me', { status: 200, body: large })
    await page.goto('/result/me')
    await page.getByText('"id": 0').waitFor()
    await page.keyboard.press('End')
    await page.mouse.wheel(0, 20_000)
    const box = await page.getByRole('link', { name: 'Back' }).boundingBox()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect(box?.y).toBeLessThan(200)
  })

  test('a person who cancels at Microsoft is told so, and can try again', async () => {
    const { page } = visitor
    await page.goto('/')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await signInAs(page, 'Isaiah Langer', 'No, cancel')
    await page.getByRole('heading', { name: 'You cancelled the sign-in' }).waitFor()
    await page.getByRole('link', { name: 'Try again' }).click()
    await signInAs(page, 'Isaiah Langer')
    await page.getByText('Welcome Isaiah Langer!').waitFor()
  })

  test('two tabs sign in at once, and both arrive', async () => {
    const { page } = visitor
    const other = await visitor.openTab()
    for (const tab of [page, other]) {
      await tab.goto('/')
      await tab.getByRole('link', { name: 'Sign in with Microsoft' }).click()
      await tab.getByRole('button', { name: 'Adele Vance' }).waitFor()
    }
    for (const tab of [page, other]) {
      await signInAs(tab, 'Adele Vance')
      await tab.getByText('Welcome Adele Vance!').waitFor()
    }
  })

  test('a deep link survives the sign-in', async () => {
    const { page } = visitor
    await page.goto('/result/me')
    await page.waitForURL((url) => url.pathname === '/login')
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).click()
    await signInAs(page, 'Adele Vance')
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
  })

  test('the session outlives a reload, and a restart of the server', async () => {
    await signedIn()
    const { page } = visitor
    await page.reload()
    expect(await visitor.heading()).toBe('Welcome Adele Vance!')
    await world.stopServer()
    await world.startServer()
    await page.reload()
    expect(await visitor.heading()).toBe('Welcome Adele Vance!')
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
  })

  test('a missing permission is asked for when it is needed, and the call then works', async () => {
    await signedIn()
    const { page } = visitor
    await page.getByRole('link', { name: 'Your calendar' }).click()
    await page.getByRole('link', { name: 'Give consent' }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByText('"subject"').first().waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me/calendar')
  })

  test('revoked tokens are replaced by one sign-in without a prompt', async () => {
    await signedIn()
    const { page } = visitor
    world.emulator.revokeRefreshTokens('AdeleV@contoso.onmicrosoft.com')
    world.emulator.failNext('me', { status: 401, body: {} })
    await page.goto('/result/me')
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    await page.waitForURL((url) => url.pathname === '/result/me')
  })

  test('a plain form signs out too, and comes back from Microsoft', async () => {
    await signedIn()
    const { page } = visitor
    await page.evaluate(`
      const form = document.createElement('form')
      form.method = 'post'
      form.action = '/auth/logout'
      document.body.append(form)
      form.submit()
    `)
    await page.getByRole('link', { name: 'Sign in with Microsoft' }).waitFor()
  })

  test('an unknown path says so', async () => {
    await visitor.page.goto('/nowhere')
    expect(await visitor.heading()).toMatch(/not (found|here)/i)
  })

  test('the page sees no token and no third party', async () => {
    const { page } = visitor
    const bodies: Promise<string>[] = []
    const origins = new Set<string>()
    page.on('response', (response) => {
      origins.add(new URL(response.url()).origin)
      if (new URL(response.url()).origin !== world.origin) return
      // The event stream has no end.
      if (response.headers()['content-type'] === 'text/event-stream') return
      bodies.push(response.text().catch(() => ''))
    })
    await signedIn()
    await page.getByRole('link', { name: 'Call Microsoft Graph' }).click()
    await page.getByText('"displayName": "Adele Vance"').waitFor()
    expect((await Promise.all(bodies)).join('')).not.toMatch(/eyJ[\w-]{20}/)
    expect([...origins].sort()).toEqual([world.origin, world.emulator.url].sort())
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).toBe('{}')
  })
})

describe.skipIf(!browserPath)('without values from the app registration', () => {
  test('every way leads to the Setup view, which says what is missing', async () => {
    const world = await World.open({ CLIENT_ID: '', CLIENT_SECRET: '' })
    const browser = await launchBrowser()
    const visitor = await Visitor.arrive(browser, world.origin)
    await visitor.page.goto('/')
    await visitor.page.getByRole('heading', { name: 'Almost there' }).waitFor()
    await visitor.page.waitForURL((url) => url.pathname === '/setup')
    for (const text of ['CLIENT_ID', 'CLIENT_SECRET', `${world.origin}/getAToken`]) {
      await visitor.page.getByText(text).first().waitFor()
    }
    expect(visitor.complaints).toEqual([])
    await browser.close()
    await world.close()
  })
})
