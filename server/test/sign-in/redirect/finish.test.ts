import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, toCallback, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterAll(() => world.close())

describe('finishing a sign-in', () => {
  test('a sign-in gives a session that names the person, and no token', async () => {
    const browser = await world.signIn()
    const { status, json, text } = await browser.fetch('/api/session')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      authenticated: true,
      user: { name: 'Adele Vance', username: adele, tenantId: world.emulator.tenantId },
      calls: expect.arrayContaining([
        expect.objectContaining({ id: 'me', granted: true }),
        expect.objectContaining({ id: 'me/calendar', granted: false }),
      ]) as object[],
    })
    expect(text).not.toMatch(/eyJ[\w-]{10}/)
  })

  test('a sign-in returns to the page that the person came from, with a clean address', async () => {
    const page = await world.openBrowser().goTo('/auth/login?returnTo=%2Fresult%2Fme%3Fa%3D1')
    expect(page.url.href).toBe(`${world.origin}/result/me?a=1`)
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    '/\t/evil.example',
    '/%5cevil.example',
    'https:evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '@evil.example',
    '/..//evil.example',
    '/a\r\nset-cookie: x=1',
    'http://localhost:1@evil.example',
    `/${'a'.repeat(4_096)}`,
  ])('a sign-in returns home instead of to %j (#9)', async (returnTo) => {
    const query = new URLSearchParams({ returnTo }).toString()
    const page = await world.openBrowser().goTo(`/auth/login?${query}`)
    expect(page.url.href).toBe(`${world.origin}/`)
  })

  test('a sign-in replaces a session cookie that was planted before, and ends its session (#8)', async () => {
    const browser = await world.signIn()
    const before = (await browser.cookies())[world.sessionCookie]
    await world.signIn(browser)
    const after = (await browser.cookies())[world.sessionCookie]
    expect(after).not.toBe(before)
    expect(await sessionOf(String(before))).toMatchObject({
      authenticated: false,
      reason: 'revoked',
    })
  })

  test.each(['signed by nobody', 'of a session that has ended', "of somebody else's session"])(
    'a sign-in does not take over a session cookie that came with the callback: %s (#8)',
    async (kind) => {
      const stranger = await world.signIn()
      const signed = String((await stranger.cookies())[world.sessionCookie])
      if (kind === 'of a session that has ended') await stranger.submit('/auth/logout')
      const before = kind === 'signed by nobody' ? `${'a'.repeat(43)}.${'b'.repeat(43)}` : signed
      const browser = world.openBrowser()
      const { url } = await browser.goTo('/auth/login', toCallback)
      const own = await browser.cookieHeader()
      const answer = await fetch(url, {
        headers: { cookie: `${own}; ${world.sessionCookie}=${before}` },
        redirect: 'manual',
      })
      expect(answer.headers.get('location')).toBe('/')
      const after = answer.headers
        .getSetCookie()
        .filter((line) => line.startsWith(`${world.sessionCookie}=`))
        .map((line) => /=([^;]*)/.exec(line)?.[1] ?? '')
        .at(-1)
      expect(after).toMatch(/^[\w-]{43}\.[\w-]{43}$/)
      expect(after?.split('.')[0]).not.toBe(before.split('.')[0])
      expect(await sessionOf(String(after))).toMatchObject({ authenticated: true })
      expect(await sessionOf(before)).toMatchObject({ authenticated: false })
    },
  )

  test('a sign-in of another person in the same browser answers with the data of that person alone', async () => {
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    await world.signIn(browser)
    const { json } = await browser.fetch('/api/me')
    expect(json).toMatchObject({ displayName: 'Alex Wilber' })
  })

  test('sign-ins in two tabs at once work in both tabs', async () => {
    const browser = world.openBrowser()
    const first = await browser.goTo('/auth/login?returnTo=%2F%3Ftab%3D1', world.toEntra)
    const second = await browser.goTo('/auth/login?returnTo=%2F%3Ftab%3D2', world.toEntra)
    expect((await browser.goTo(first.url.href)).url.search).toBe('?tab=1')
    const between = (await browser.cookies())[world.sessionCookie]
    expect((await browser.goTo(second.url.href)).url.search).toBe('?tab=2')
    expect(await sessionOf(String(between))).toMatchObject({ reason: 'revoked' })
  })
})

async function sessionOf(cookie: string): Promise<unknown> {
  const answer = await fetch(`${world.origin}/api/session`, {
    headers: { cookie: `${world.sessionCookie}=${cookie}`, 'x-csrf': '1' },
  })
  return answer.json()
}
