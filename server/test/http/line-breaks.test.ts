import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { sendRaw } from '../support/raw.ts'
import { adele, World } from '../support/world.ts'

let world: World
let browser: Browser
let cookie: string
let host: string
beforeAll(async () => {
  world = await World.open()
  host = `Host: ${new URL(world.origin).host}`
  browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterAll(() => world.close())

describe('a line break (#10)', () => {
  const evil = '%0d%0aX-Evil:%20yes%0d%0a%0d%0a<script>'

  test.each([
    `/auth/login?returnTo=/a${evil}`,
    `/auth/login?returnTo=${evil}`,
    `/auth/login?loginHint=a${evil}`,
    `/auth/login?domainHint=a${evil}`,
    `/auth/login?prompt=${evil}`,
    `/auth/login?scopes=User.Read${evil}`,
    `/getAToken?code=a&state=${evil}`,
    `/getAToken?error=a${evil}&state=b`,
    `/getAToken?error=a&error_description=${evil}&state=b${evil}`,
    `/error?ref=${evil}`,
    `/api/errors/${evil}`,
    `/api/me?${evil}`,
    `/api/me${evil}`,
    `/result/${evil}`,
    `/${evil}`,
  ])('a line break in a request becomes no header and no failure: %s', async (path) => {
    const answer = await sendRaw(world.origin, [`GET ${path} HTTP/1.1`, host, `Cookie: ${cookie}`])
    expect(answer.status).toBeLessThan(500)
    expect(answer.headers.has('x-evil')).toBe(false)
    expect(answer.text).not.toContain('<script>')
  })

  test('a line break in an answer of Entra becomes no header and no failure', async () => {
    const description = 'a\r\nX-Evil: yes\r\n\r\n<script>'
    world.emulator.failNext('authorize', { entraError: { error: 'access_denied', description } })
    const page = await world.openBrowser().goTo('/auth/login')
    expect(page.url.pathname).toBe('/error')
    expect(page.visited.at(-1)?.search).toMatch(/^\?ref=[\w-]{22}$/)
  })

  test('a folded header is refused', async () => {
    const head = ['GET /api/me HTTP/1.1', host, 'Accept-Language: de', ' X-Evil: yes']
    const answer = await sendRaw(world.origin, head)
    expect(answer.status).toBe(400)
    expect(answer.headers.has('x-evil')).toBe(false)
  })
})
