import type { DeviceLogin } from '@entra-bff/shared'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { laterSeconds } from '../support/clock.ts'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({ LOG_LEVEL: 'fatal', DEVICE_LOGIN: 'on', RATE_LIMIT: '1000' })
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.logLines.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

function events(): Record<string, unknown>[] {
  return world.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => 'audit' in line)
}

const guid = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string
const who = {
  tenant: guid,
  user: guid,
  session: expect.stringMatching(/^session:[\w-]{43}$/) as string,
}

describe('the audit log, whatever the level of the log', () => {
  test('the audit log tells who signed in, how, from where, and in which request', async () => {
    await world.signIn()
    expect(events()).toMatchObject([
      { audit: 'signed_in', method: 'redirect', ...who, address: '127.0.0.1', reqId: guid },
    ])
  })

  test('the audit log tells of a failed sign-in, with the ids that Microsoft support asks for', async () => {
    world.emulator.failNext('token', { entraError: { error: 'invalid_grant', aadsts: 70008 } })
    await world.openBrowser().goTo('/auth/login')
    expect(events()).toMatchObject([
      { audit: 'sign_in_failed', method: 'redirect', code: expect.any(String) as string },
    ])
    expect(events()[0]?.['entra']).toMatchObject({ correlationId: guid, traceId: guid })
  })

  test('the audit log tells of each end of a session, and its cause', async () => {
    const browser = await world.signIn()
    await world.signIn(browser)
    await browser.submit('/auth/logout')
    const ends = events().filter(({ audit }) => audit === 'session_ended')
    expect(ends).toMatchObject([
      { cause: 'next_sign_in', ...who },
      { cause: 'sign_out', ...who },
    ])
  })

  test('the audit log tells of a session that was ended from the list', async () => {
    const [here] = [await world.signIn(), await world.signIn()]
    await here.fetch('/api/sessions?scope=others', { method: 'DELETE' })
    const ends = events().filter(({ audit }) => audit === 'session_ended')
    expect(ends.length).toBeGreaterThan(0)
    expect(ends.every(({ cause }) => cause === 'own_list')).toBe(true)
  })

  test('the audit log tells of a refused cross-site request', async () => {
    const { body } = await request(`${world.origin}/api/session`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    await body.dump()
    expect(events()).toMatchObject([{ audit: 'refused', code: 'csrf_failed', reqId: guid }])
  })

  test('the audit log tells of the use of a session that was ended', async () => {
    const browser = await world.signIn()
    const cookie = await browser.cookieHeader()
    await browser.submit('/auth/logout')
    const { body } = await request(`${world.origin}/api/me`, { headers: { cookie } })
    await body.dump()
    expect(events().at(-1)).toMatchObject({ audit: 'refused', code: 'session_revoked' })
  })

  test('the audit log tells of tokens that could not be refreshed', async () => {
    const browser = await world.signIn()
    world.emulator.revokeRefreshTokens(adele)
    world.emulator.failNext('me', { status: 401, body: {} })
    await browser.fetch('/api/me')
    expect(events().at(-1)).toMatchObject({
      audit: 'refresh_failed',
      code: 'interaction_required',
      entra: { aadsts: '50173' },
      ...who,
    })
  })

  test('the audit log tells of a device login from its start to its sign-in', async () => {
    const browser = world.openBrowser()
    const path = '/api/device-logins'
    const login = (await browser.fetch(path, { method: 'POST' })).json as DeviceLogin
    world.emulator.approveDeviceCode(login.userCode, adele)
    laterSeconds(5)
    await browser.fetch(`${path}/${login.id}`)
    await browser.fetch(`${path}/${login.id}`, { method: 'POST' })
    expect(events()).toMatchObject([
      { audit: 'device_login', step: 'started' },
      { audit: 'device_login', step: 'approved' },
      { audit: 'signed_in', method: 'device', ...who },
    ])
  })

  test('the audit log tells of a declined device login as a failed sign-in', async () => {
    const browser = world.openBrowser()
    const path = '/api/device-logins'
    const login = (await browser.fetch(path, { method: 'POST' })).json as DeviceLogin
    world.emulator.declineDeviceCode(login.userCode)
    laterSeconds(5)
    await browser.fetch(`${path}/${login.id}`)
    expect(events().at(-1)).toMatchObject({
      audit: 'sign_in_failed',
      method: 'device',
      code: 'access_denied',
    })
  })

  test('LOG_LEVEL=silent silences the audit log too', async () => {
    const silent = await World.open({ LOG_LEVEL: 'silent' })
    await silent.signIn()
    expect(silent.logLines).toEqual([])
    await silent.close()
  })
})
