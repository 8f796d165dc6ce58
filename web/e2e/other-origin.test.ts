import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../../server/test/support/world.ts'
import { browserPath, launchBrowser, Visitor } from './support/pages.ts'

const client = new URL('../../shared/dist/', import.meta.url)

/** A page of another app, which has the compiled typed client among its files. */
async function startOtherApp(): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const isScript = url.endsWith('.js')
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? readFileSync(new URL(`.${url}`, client)) : '<!doctype html>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

describe.skipIf(!browserPath)('a page of another origin, for a person who is signed in', () => {
  let browser: Browser
  let world: World
  let other: Server
  let visitor: Visitor
  beforeAll(async () => {
    browser = await launchBrowser()
    world = await World.open()
    other = await startOtherApp()
    visitor = await Visitor.arrive(browser, world.origin)
    await visitor.page.goto('/auth/login')
    await visitor.page.getByText('Welcome Adele Vance!').waitFor()
    world.emulator.clearRequests()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
    other.close()
  })

  /** The browser sends the session cookie along from another port, but not from another site. */
  const hosts = ['localhost', '127.0.0.1']

  async function openOther(host: string): Promise<Page> {
    const page = await visitor.context.newPage()
    await page.goto(`http://${host}:${String((other.address() as AddressInfo).port)}/`)
    return page
  }

  async function expectNoEffect(): Promise<void> {
    expect(world.emulator.requests()).toEqual([])
    await visitor.page.reload()
    expect(await visitor.heading()).toBe('Welcome Adele Vance!')
    world.emulator.clearRequests()
  }

  test.each(hosts)(
    'a page of another origin gets no answer with the typed client: %s',
    async (host) => {
      const page = await openOther(host)
      const outcome = page.evaluate(`import('/client/index.js').then(({ createClient }) =>
        createClient({ baseUrl: '${world.origin}' }).session().then(
          () => 'answered',
          ({ name, reason }) => name + ': ' + reason,
        ))`)
      expect(await outcome).toBe('UnreachableError: network')
      await expectNoEffect()
    },
  )

  test.each(hosts)(
    'a page of another origin reads nothing and signs nobody out, whatever it sends: %s',
    async (host) => {
      const page = await openOther(host)
      const outcomes = page.evaluate(`Promise.all([
        ['/api/me', {}],
        ['/api/me', { headers: { 'X-CSRF': '1' } }],
        ['/api/me', { mode: 'no-cors' }],
        ['/auth/logout', { method: 'POST', mode: 'no-cors' }],
        ['/api/sessions?scope=others', { method: 'DELETE', headers: { 'X-CSRF': '1' } }],
      ].map(([path, init]) => fetch('${world.origin}' + path, { credentials: 'include', ...init }).then(
        ({ type }) => type,
        ({ name }) => name,
      )))`)
      expect(await outcomes).toEqual(Array.from({ length: 5 }, () => 'TypeError'))
      await expectNoEffect()
    },
  )
})
