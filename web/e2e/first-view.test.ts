import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

describe.skipIf(!browserPath)('the first view', () => {
  let browser: Browser
  let world: World
  let visitor: Visitor
  let page: Page
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open()
    visitor = await Visitor.arrive(browser, world.origin)
    page = visitor.page
    await page.goto('/auth/login')
    await page.getByText('Welcome Adele Vance!').waitFor()
  })
  afterAll(async () => {
    expect(visitor.complaints).toEqual([])
    await browser.close()
    await world.close()
  })

  test('the first view of a person who is signed in makes seven requests, two of them for scripts', async () => {
    const paths: string[] = []
    page.on('request', (request) => {
      const { origin, pathname, protocol } = new URL(request.url())
      if (protocol === 'http:' && origin === world.origin) paths.push(withoutHash(pathname))
    })
    const events = page.waitForRequest('**/api/session/events')
    await page.reload()
    await events
    await page.locator('.welcome .avatar img').waitFor()
    expect(paths.sort()).toEqual([
      '/',
      '/api/me/photo',
      '/api/session',
      '/api/session/events',
      '/assets/account.js',
      '/assets/index.js',
      '/assets/style.css',
    ])
  })

  test('a browser gets the files of the page compressed, and keeps those with a hash', async () => {
    const headers = new Map<string, Record<string, string>>()
    page.on('response', (response) => {
      headers.set(withoutHash(new URL(response.url()).pathname), response.headers())
    })
    await page.reload()
    await page.getByText('Welcome Adele Vance!').waitFor()
    for (const path of ['/', '/assets/index.js', '/assets/style.css', '/assets/account.js']) {
      expect(headers.get(path)?.['content-encoding'], path).toMatch(/^(br|gzip)$/)
      const isKept = headers.get(path)?.['cache-control']?.endsWith('immutable')
      expect(isKept, path).toBe(path !== '/')
    }
  })

  test('the icon of the page can be shown', async () => {
    const address = await page.locator('link[rel=icon]').getAttribute('href')
    const width = page.evaluate<number>(`(async () => {
      const image = new Image()
      image.src = ${JSON.stringify(address)}
      await image.decode()
      return image.naturalWidth
    })()`)
    expect(await width).toBeGreaterThan(0)
  })
})

function withoutHash(path: string): string {
  return path.replace(/-[^/]*\./, '.')
}
