import { describe, expect, test } from 'vitest'
import { registrationAt, World } from '../support/world.ts'

describe('an app that has not registered the optional claims', () => {
  const registration = (origin: string) => ({
    ...registrationAt(origin),
    frontChannelLogoutUri: `${origin}/auth/frontchannel-logout`,
    optionalIdTokenClaims: [],
  })

  async function signedIn() {
    const fresh = await World.open()
    fresh.emulator.registerClient(registration(fresh.origin))
    return { fresh, browser: await fresh.signIn() }
  }

  test('without the login_hint claim, a sign-out leads to the account picker of Entra', async () => {
    const { fresh, browser } = await signedIn()
    const { headers } = await browser.submit('/auth/logout')
    const url = new URL(String(headers['location']))
    expect(url.searchParams.has('logout_hint')).toBe(false)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
    const page = await browser.goTo(url.href)
    expect(page.html).toContain('Which account do you want to sign out of?')
    await fresh.close()
  })

  test('without the sid claim, front-channel logout ends no session', async () => {
    const { fresh, browser } = await signedIn()
    const query = 'all=yes'
    const page = await browser.goTo(`${fresh.emulator.authority}/oauth2/v2.0/logout?${query}`)
    const [, frame = ''] = /src="([^"]*frontchannel-logout[^"]*)"/.exec(page.html) ?? []
    expect((await fetch(frame)).status).toBe(200)
    expect(await browser.isSignedIn()).toBe(true)
    await fresh.close()
  })
})
