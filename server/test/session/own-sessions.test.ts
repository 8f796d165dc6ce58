import type { OwnSession } from '@entra-bff/shared'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { adele, World } from '../support/world.ts'

const other = 'MeganB@contoso.onmicrosoft.com'
let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(async () => {
  world.emulator.signInAutomaticallyAs(adele)
  const browser = await world.signIn()
  await browser.fetch('/api/sessions?scope=others', { method: 'DELETE' })
  await browser.submit('/auth/logout')
})
afterAll(() => world.close())

async function list(browser: Browser): Promise<OwnSession[]> {
  return (await browser.fetch('/api/sessions')).json as OwnSession[]
}

describe("a person's own sessions", () => {
  test('a person sees the own sessions in a list, with the current one marked', async () => {
    const [here, there] = [await world.signIn(), await world.signIn()]
    const sessions = await list(here)
    expect(sessions).toHaveLength(2)
    expect(sessions.map(({ current }) => current)).toEqual([true, false])
    expect(sessions[0]).toEqual({
      id: expect.stringMatching(/^[\w-]{43}$/) as string,
      current: true,
      createdAt: expect.any(String) as string,
      lastSeenAt: expect.any(String) as string,
      userAgent: '',
      ip: '127.0.0.1',
    })
    expect((await list(there)).map(({ current }) => current)).toEqual([false, true])
  })

  test('the id of a session in the list is no part of its cookies', async () => {
    const browser = await world.signIn()
    const [session] = await list(browser)
    const cookies = Object.values(await browser.cookies()).join(' ')
    expect(cookies).not.toContain(session?.id)
  })

  test('a person can neither see nor end the sessions of another person', async () => {
    const browser = await world.signIn()
    world.emulator.signInAutomaticallyAs(other)
    const stranger = await world.signIn()
    expect(await list(stranger)).toHaveLength(1)
    const [target] = await list(browser)
    const { status } = await stranger.fetch(`/api/sessions/${target?.id ?? ''}`, {
      method: 'DELETE',
    })
    expect(status).toBe(404)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('the sessions of a person are those of an object id in a tenant, whatever the username', async () => {
    const someone = '00000000-0000-4000-8000-000000000001'
    const first = await world.signIn()
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, oid: someone }))
    const namesake = await world.signIn()
    world.emulator.tamperNextIdToken((claims) => ({
      ...claims,
      preferred_username: 'new@x.example',
    }))
    const renamed = await world.signIn()
    expect(await list(namesake)).toHaveLength(1)
    expect(await list(first)).toHaveLength(2)
    expect(await list(renamed)).toHaveLength(2)
  })

  test('a person can end the own sessions one by one', async () => {
    const [here, there] = [await world.signIn(), await world.signIn()]
    const target = (await list(here)).find(({ current }) => !current)
    const { status } = await here.fetch(`/api/sessions/${target?.id ?? ''}`, { method: 'DELETE' })
    expect(status).toBe(204)
    expect((await there.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
    expect(await list(here)).toHaveLength(1)
  })

  test('a person can end all own sessions but the current one', async () => {
    const [here, ...there] = [await world.signIn(), await world.signIn(), await world.signIn()]
    const { status } = await here.fetch('/api/sessions?scope=others', { method: 'DELETE' })
    expect(status).toBe(204)
    expect(await here.isSignedIn()).toBe(true)
    for (const browser of there) expect(await browser.isSignedIn()).toBe(false)
  })

  test('a person can end the current session from the list, and its cookie is cleared', async () => {
    const browser = await world.signIn()
    const [own] = await list(browser)
    const { headers } = await browser.fetch(`/api/sessions/${own?.id ?? ''}`, { method: 'DELETE' })
    expect(String(headers['set-cookie'])).toMatch(/^sid-\d+=; Max-Age=0/)
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('the list of sessions includes no session that has ended or expired', async () => {
    const gone = await world.signIn()
    await gone.submit('/auth/logout')
    const idle = await world.signIn()
    later(61)
    const here = await world.signIn()
    expect(await idle.isSignedIn()).toBe(false)
    expect(await list(here)).toHaveLength(1)
    vi.useRealTimers()
  })

  test('sessions stay listed, and can be ended from elsewhere, when a clock was hours ahead for a while', async () => {
    const sids: string[] = []
    world.emulator.tamperNextIdToken((claims) => {
      sids.push(String(claims['sid']))
      return claims
    })
    const first = await world.signIn()
    later(13 * 60)
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, sid: sids[0] }))
    const ahead = await world.signIn()
    vi.useRealTimers()
    expect(await list(first)).toHaveLength(2)
    await world
      .openBrowser()
      .goTo(`/auth/frontchannel-logout?${new URLSearchParams({ sid: String(sids[0]) }).toString()}`)
    for (const browser of [first, ahead]) expect(await browser.isSignedIn()).toBe(false)
  })

  test('a person has at most a hundred sessions, and one more ends the oldest', async () => {
    const first = await world.signIn()
    const second = await world.signIn()
    for (let count = 0; count < 99; count += 1) await world.signIn()
    expect(await first.isSignedIn()).toBe(false)
    expect(await list(second)).toHaveLength(100)
  })

  test.each(['', '?scope=all', '?scope=others&scope=others'])(
    'a request to end sessions with a wrong query ends no session: %j',
    async (query) => {
      const [here, there] = [await world.signIn(), await world.signIn()]
      const { status } = await here.fetch(`/api/sessions${query}`, { method: 'DELETE' })
      expect(status).toBe(400)
      expect(await there.isSignedIn()).toBe(true)
    },
  )

  test('the list of sessions is refused without a session', async () => {
    expect((await world.openBrowser().fetch('/api/sessions')).status).toBe(401)
  })
})
