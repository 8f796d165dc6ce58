import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.setLifetimes({ accessToken: 3_600 })
})
afterAll(() => world.close())

describe('GET /api/me', () => {
  test('GET /api/me answers with the body of Graph as it is, and its request id', async () => {
    const browser = await world.signIn()
    const { status, headers, json } = await browser.fetch('/api/me')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      '@odata.context': expect.stringContaining('$metadata#users') as string,
      displayName: 'Adele Vance',
      userPrincipalName: adele,
    })
    expect(headers['request-id']).toMatch(/^[\da-f-]{36}$/)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('GET /api/me sends Graph the access token, and nothing of the caller (#19)', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    const headers = { authorization: 'Basic x', 'x-forwarded-for': '1.2.3.4', 'x-evil': 'y' }
    await browser.fetch('/api/me', { headers })
    const [request] = world.emulator.requests('me')
    expect(request?.headers.authorization).toMatch(/^Bearer eyJ/)
    for (const name of ['cookie', 'x-csrf', 'x-forwarded-for', 'x-evil', 'sec-fetch-site']) {
      expect(request?.headers).not.toHaveProperty(name)
    }
  })

  test('GET /api/me without a session is a 401 problem, never a redirect', async () => {
    const answer = await fetch(`${world.origin}/api/me`, { redirect: 'manual' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'not_signed_in', status: 401 })
  })

  test('GET /api/me takes no query of the caller (#18)', async () => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    expect((await browser.fetch('/api/me?$select=id')).status).toBe(400)
    expect(world.emulator.requests('me')).toHaveLength(0)
  })

  test.each([
    '/api/me/..%2f..%2fusers',
    '/api/me%2f..',
    '/api/users',
    '/api/me/photo/$value',
    '/api//me',
  ])('no other path reaches Graph: %s does not exist (#18)', async (path) => {
    const browser = await world.signIn()
    world.emulator.clearRequests()
    expect((await browser.fetch(path)).status).toBe(404)
    expect(world.emulator.requests('graph')).toHaveLength(0)
  })
})

describe('the photo', () => {
  test('the photo is an image with an ETag, and If-None-Match gets a 304', async () => {
    const browser = await world.signIn()
    const first = await browser.fetch('/api/me/photo')
    expect(first.status).toBe(200)
    expect(first.headers['content-type']).toMatch(/^image\//)
    const etag = String(first.headers['etag'])
    const again = await browser.fetch('/api/me/photo', { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  test('the photo of a person without one is a 404 problem', async () => {
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/me/photo')
    expect(status).toBe(404)
    expect(json).toMatchObject({ code: 'not_found' })
  })
})

describe('a call with a permission of its own', () => {
  test('a login link leaves out a login hint that is too long', async () => {
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, login_hint: 'x'.repeat(321) }))
    const browser = await world.signIn()
    const { json } = await browser.fetch('/api/me/calendar')
    expect(json).toMatchObject({ login: { href: '/auth/login?scopes=Calendars.Read' } })
  })

  test('a call without its permission asks for consent to that permission alone, and works afterwards', async () => {
    const browser = await world.signIn()
    const { status, json } = await browser.fetch('/api/me/calendar')
    expect(status).toBe(403)
    expect(json).toMatchObject({ code: 'consent_required' })
    const { href } = (json as { login: { href: string } }).login
    const { url } = await browser.goTo(href, world.toEntra)
    expect(url.searchParams.get('scope')).toContain('Calendars.Read')
    expect(url.searchParams.get('scope')).not.toContain('GroupMember')

    await browser.goTo(url.href)
    expect((await browser.fetch('/api/me/calendar')).status).toBe(200)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('the groups are paged by links of this server', async () => {
    world.emulator.signInAutomaticallyAs('MeganB@contoso.onmicrosoft.com')
    const browser = world.openBrowser()
    await browser.goTo('/auth/login?scopes=GroupMember.Read.All')
    const ids = new Set<string>()
    let link: string | undefined = '/api/me/groups?$top=5'
    for (let pages = 0; link !== undefined && pages < 9; pages += 1) {
      expect(link).toMatch(/^\/api\/me\/groups\?/)
      const { json } = await browser.fetch(link)
      const page = json as { value: { id: string }[]; '@odata.nextLink'?: string }
      for (const { id } of page.value) ids.add(id)
      link = page['@odata.nextLink']
    }
    expect(ids.size).toBe(12)
  })
})
