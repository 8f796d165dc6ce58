import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterAll(() => world.close())

describe('starting a sign-in', () => {
  test('a sign-in passes hints on to Entra, and a login hint skips the account picker', async () => {
    const path = '/auth/login?loginHint=alex%40contoso.onmicrosoft.com&domainHint=contoso.com'
    const { url } = await world.openBrowser().goTo(path, world.toEntra)
    expect(url.searchParams.get('login_hint')).toBe('alex@contoso.onmicrosoft.com')
    expect(url.searchParams.get('domain_hint')).toBe('contoso.com')
    expect(url.searchParams.has('prompt')).toBe(false)
  })

  test.each([
    ['cross-site', ''],
    ['cross-site', '?prompt=none&loginHint=alex%40contoso.onmicrosoft.com'],
    ['same-site', '?prompt=none'],
    ['same-site', '?prompt=login'],
    ['none', '?prompt=none'],
    [undefined, '?loginHint=alex%40contoso.onmicrosoft.com'],
  ])(
    'a sign-in from another site or without a page shows the account picker: %s %s',
    async (site, query) => {
      const { headers } = await request(`${world.origin}/auth/login${query}`, {
        headers: {
          ...(site !== undefined && { 'sec-fetch-site': site }),
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document',
        },
      })
      const url = new URL(String(headers['location']))
      expect(url.searchParams.get('prompt')).toBe('select_account')
    },
  )

  test('a page of this app may ask for a silent sign-in', async () => {
    const { url } = await world.openBrowser().goTo('/auth/login?prompt=none', world.toEntra)
    expect(url.searchParams.get('prompt')).toBe('none')
  })
})

describe('with PROMPT=auto', () => {
  test('with PROMPT=auto, a sign-in sends Entra no prompt', async () => {
    const own = await World.open({ PROMPT: 'auto' })
    const { url } = await own.openBrowser().goTo('/auth/login', own.toEntra)
    expect(url.searchParams.has('prompt')).toBe(false)
    const other = await own.openBrowser().goTo('/auth/login?prompt=select_account', own.toEntra)
    expect(other.url.searchParams.get('prompt')).toBe('select_account')
    await own.close()
  })

  test('with PROMPT=auto, a sign-in from another site shows the account picker', async () => {
    const own = await World.open({ PROMPT: 'auto' })
    const { headers } = await request(`${own.origin}/auth/login`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(String(headers['location'])).toContain('prompt=select_account')
    await own.close()
  })
})
