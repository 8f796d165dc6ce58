import { ProblemError } from '@entra-bff/shared/client'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { laterSeconds } from '../support/clock.ts'
import { clientOf } from '../support/typed-client.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({ DEVICE_LOGIN: 'on' })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

async function problemOf(request: Promise<unknown>): Promise<ProblemError> {
  const error = await request.catch((reason: unknown) => reason)
  if (error instanceof ProblemError) return error
  throw new Error('not refused with a problem', { cause: error })
}

describe('the typed client', () => {
  test('the typed client tells who is signed in, calls the API for that person, and signs out', async () => {
    const client = clientOf(await world.signIn())
    const session = await client.session()
    expect(session).toMatchObject({ authenticated: true, user: { username: adele } })
    const me = await client.call<{ displayName: string }>('me')
    expect(me.displayName).toBe('Adele Vance')
    const photo = await client.call('me/photo', { read: (response) => response.blob() })
    expect([photo.type, photo.size > 0]).toEqual(['image/jpeg', true])
    expect(await client.extendSession()).toMatchObject({ authenticated: true })
    expect(await client.signOut()).toContain('post_logout_redirect_uri=')
    expect(await client.session()).toMatchObject({ authenticated: false, reason: 'none' })
  })

  test('the typed client throws each refusal of the server as a problem with its code', async () => {
    const { code, problem } = await problemOf(clientOf(world.openBrowser()).call('me'))
    expect(code).toBe('not_signed_in')
    expect(problem).toMatchObject({
      status: 401,
      correlationId: expect.stringMatching(/./) as string,
    })
  })

  test('the typed client says how long to wait when the API is busy', async () => {
    const client = clientOf(await world.signIn())
    world.emulator.failNext('me', { status: 429, retryAfter: 7 })
    const { code, retryAfterSeconds } = await problemOf(client.call('me'))
    expect([code, retryAfterSeconds]).toEqual(['upstream_throttled', 7])
  })

  test('the typed client gives the link that asks for a missing permission', async () => {
    const client = clientOf(await world.signIn())
    const { code, problem } = await problemOf(client.call('me/calendar'))
    expect(code).toBe('consent_required')
    expect(problem.login?.href).toContain('Calendars.Read')
  })

  test('the typed client makes the link that signs a person in', () => {
    const href = clientOf(world.openBrowser()).loginHref({ returnTo: '/sessions', prompt: 'login' })
    expect(href).toBe(`${world.origin}/auth/login?returnTo=%2Fsessions&prompt=login`)
  })

  test('the typed client lists the own sessions of a person, and ends one or all others', async () => {
    const client = clientOf(await world.signIn())
    const [second, third] = [clientOf(await world.signIn()), clientOf(await world.signIn())]
    const own = (await second.ownSessions()).find(({ current }) => current)
    await client.endOwnSession(own?.id ?? '')
    expect(await second.session()).toMatchObject({ reason: 'revoked' })
    await client.endOtherSessions()
    expect(await third.session()).toMatchObject({ reason: 'revoked' })
    expect(await client.ownSessions()).toMatchObject([{ current: true }])
  })

  test('the typed client signs in by a code that a person types on another device', async () => {
    const client = clientOf(world.openBrowser())
    const { id, userCode, interval } = await client.startDeviceLogin()
    expect((await problemOf(client.pollDeviceLogin(id))).code).toBe('rate_limited')
    expect((await problemOf(client.finishDeviceLogin(id))).code).toBe('not_ready')
    world.emulator.approveDeviceCode(userCode, adele)
    laterSeconds(interval)
    const state = await client.pollDeviceLogin(id)
    expect(state).toMatchObject({ status: 'ready', user: { username: adele } })
    expect(await client.finishDeviceLogin(id)).toMatchObject({ authenticated: true })
    expect(await client.call('me')).toMatchObject({ displayName: 'Adele Vance' })
  })

  test('the typed client cancels a sign-in on another device', async () => {
    const client = clientOf(world.openBrowser())
    const { id } = await client.startDeviceLogin()
    await client.cancelDeviceLogin(id)
    expect((await problemOf(client.pollDeviceLogin(id))).code).toBe('not_found')
  })

  test('the typed client reads why a sign-in failed, and whether the server is set up', async () => {
    const browser = world.openBrowser()
    world.emulator.failNext('authorize', { entraError: { error: 'access_denied' } })
    const { url } = await browser.goTo('/auth/login')
    const client = clientOf(browser)
    const report = await client.signInError(url.searchParams.get('ref') ?? '')
    expect(report.code).toBe('access_denied')
    expect(await client.setup()).toMatchObject({ configured: true })
  })
})
