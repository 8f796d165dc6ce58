import type { DeviceLogin, OwnSession } from '@entra-bff/shared'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../../src/store/memory.ts'
import type { Browser } from '../../support/browser.ts'
import { later, laterSeconds } from '../../support/clock.ts'
import {
  deviceLogins,
  finishDeviceLogin,
  startDeviceLogin,
  statusOf,
} from '../../support/device-login.ts'
import { adele, registrationAt, World } from '../../support/world.ts'

let world: World
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-device-'))
  world = await World.open({ SESSION_STORE: `file:${folder}`, DEVICE_LOGIN: 'on' })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

describe('a sign-in on another device', () => {
  test('begins with a code, and where to type it', async () => {
    const browser = world.openBrowser()
    const { status, headers, json, text } = await browser.fetch(deviceLogins, { method: 'POST' })
    expect(status).toBe(201)
    expect(json).toEqual({
      id: expect.stringMatching(/^[\w-]{43}$/) as string,
      userCode: expect.stringMatching(/^[\dA-Z]{9}$/) as string,
      verificationUri: `${new URL(world.emulator.authority).origin}/devicelogin`,
      message: expect.stringContaining('enter the code') as string,
      interval: 5,
      expiresAt: expect.any(String) as string,
      expiresIn: expect.closeTo(15 * 60, -1) as number,
    })
    expect(headers['location']).toBe(`${deviceLogins}/${(json as DeviceLogin).id}`)
    expect(headers['cache-control']).toBe('no-store')
    expect(text).not.toContain('device_code')
  })

  test('is asked for every five seconds where Entra names no interval', async () => {
    const body = {
      device_code: 'd'.repeat(43),
      user_code: 'ABCDEFGHI',
      verification_uri: 'https://microsoft.com/devicelogin',
      message: 'Enter the code.',
      expires_in: '900',
    }
    world.emulator.failNext('devicecode', { status: 200, body })
    expect(await startDeviceLogin(world.openBrowser())).toMatchObject({
      userCode: 'ABCDEFGHI',
      interval: 5,
    })
  })

  test('shows the same code again until it expires', async () => {
    const first = await startDeviceLogin(world.openBrowser())
    const again = await first.browser.fetch(deviceLogins, { method: 'POST' })
    expect([again.status, (again.json as DeviceLogin).userCode]).toEqual([200, first.userCode])
    later(16)
    const fresh = await first.browser.fetch(deviceLogins, { method: 'POST' })
    expect(fresh.status).toBe(201)
    expect((fresh.json as DeviceLogin).userCode).not.toBe(first.userCode)
  })

  test('leads to a session like any other, with tokens that are refreshed', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 5 })
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login)).toEqual({
      status: 'ready',
      user: { name: 'Adele Vance', username: adele },
    })
    const { browser, id } = login
    expect(await browser.isSignedIn()).toBe(false)
    const { status, json } = await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })
    expect([status, json]).toMatchObject([200, { authenticated: true, user: { username: adele } }])
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
    world.emulator.clearRequests()
    world.emulator.failNext('me', { status: 401, body: {} })
    expect((await browser.fetch('/api/me')).status).toBe(200)
    const [refresh] = world.emulator.requests('token')
    expect(refresh?.form['grant_type']).toBe('refresh_token')
    expect((await browser.fetch(`${deviceLogins}/${id}`)).status).toBe(404)
  })

  test('works from a script with a cookie jar and no trace of a browser', async () => {
    const headers = { 'x-csrf': '1' }
    const started = await request(`${world.origin}${deviceLogins}`, { method: 'POST', headers })
    const { id, userCode, interval } = (await started.body.json()) as DeviceLogin
    const cookie = String(started.headers['set-cookie']).split(';', 1)[0] ?? ''
    world.emulator.approveDeviceCode(userCode, adele)
    laterSeconds(interval)
    const state = await request(`${world.origin}${deviceLogins}/${id}`, { headers: { cookie } })
    expect(await state.body.json()).toMatchObject({ status: 'ready' })
    const done = await request(`${world.origin}${deviceLogins}/${id}`, {
      method: 'POST',
      headers: { ...headers, cookie },
    })
    expect(done.statusCode).toBe(200)
    const session = [done.headers['set-cookie']].flat().find((line) => line?.startsWith('sid-'))
    const me = await request(`${world.origin}/api/me`, { headers: { cookie: session ?? '' } })
    expect(await me.body.json()).toMatchObject({ displayName: 'Adele Vance' })
  })

  test('ends the session that the browser had', async () => {
    const browser = await world.signIn()
    const before = await browser.cookieHeader()
    const login = await startDeviceLogin(browser)
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    await browser.fetch(`${deviceLogins}/${login.id}`, { method: 'POST' })
    const answer = await request(`${world.origin}/api/me`, { headers: { cookie: before } })
    expect(await answer.body.json()).toMatchObject({ code: 'session_revoked' })
  })

  test.each<[string, (browser: Browser) => Promise<unknown>]>([
    ['has signed in in another way', (browser) => world.signIn(browser)],
    ['has signed out', (browser) => browser.submit('/auth/logout')],
    [
      'has signed out in the list',
      async (browser) => {
        await world.signIn(browser)
        const { json } = await browser.fetch('/api/sessions')
        const own = (json as OwnSession[]).find(({ current }) => current)
        await browser.fetch(`/api/sessions/${own?.id ?? ''}`, { method: 'DELETE' })
      },
    ],
  ])('is of no use to whoever comes after somebody who %s', async (_what, act) => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    world.emulator.signInAutomaticallyAs(adele)
    await act(login.browser)
    const finish = await finishDeviceLogin(login)
    expect(finish.status).toBe(404)
    expect((await login.browser.fetch(deviceLogins, { method: 'POST' })).status).toBe(201)
  })

  test('is to be finished within five minutes', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    laterSeconds(5 * 60 + 1)
    const { json } = await finishDeviceLogin(login)
    expect(json).toMatchObject({ code: 'not_ready' })
    expect(await statusOf(login, 0)).toMatchObject({ status: 'expired' })
  })

  test('is finished once, however many ask for it', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    const finish = () => finishDeviceLogin(login)
    const answers = await Promise.all(Array.from({ length: 10 }, finish))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.every(({ status }) => [200, 404, 409].includes(status))).toBe(true)
  })

  test('is not finished before it is ready', async () => {
    const { browser, id } = await startDeviceLogin(world.openBrowser())
    const { status, json } = await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })
    expect([status, json]).toMatchObject([409, { code: 'not_ready' }])
  })

  test('can be finished again when Entra was away', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    const finish = () => finishDeviceLogin(login)
    world.emulator.failNext('token', { status: 503, body: 'busy' })
    expect((await finish()).json).toMatchObject({ code: 'identity_provider_unavailable' })
    expect((await finish()).status).toBe(200)
  })

  test('that Entra refuses at its end is told in the log and to the page', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    await statusOf(login)
    world.logLines.length = 0
    const entraError = { error: 'invalid_grant', aadsts: 50105 }
    world.emulator.failNext('token', { entraError })
    const finish = await finishDeviceLogin(login)
    expect(finish.json).toMatchObject({ code: 'not_ready' })
    expect(world.logLines.join('')).toContain('"code":"not_assigned"')
    const state = (await statusOf(login)) as { status: string; errorRef: string }
    expect(state.status).toBe('failed')
    const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
    expect(error.json).toMatchObject({ code: 'not_assigned', aadsts: '50105' })
  })

  test('that Entra does not let begin is told in the log', async () => {
    world.logLines.length = 0
    world.emulator.failNext('devicecode', { entraError: { error: 'unauthorized_client' } })
    const { status } = await world.openBrowser().fetch(deviceLogins, { method: 'POST' })
    expect(status).toBe(503)
    expect(world.logLines.join('')).toContain('"code":"app_misconfigured"')
  })

  test('is cancelled by whoever started it', async () => {
    const { browser, id } = await startDeviceLogin(world.openBrowser())
    expect((await browser.fetch(`${deviceLogins}/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await browser.fetch(`${deviceLogins}/${id}`)).status).toBe(404)
  })

  test('is of use to nobody else (#34)', async () => {
    const { id } = await startDeviceLogin(world.openBrowser())
    const stranger = world.openBrowser()
    await startDeviceLogin(stranger)
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect((await stranger.fetch(`${deviceLogins}/${id}`, { method })).status).toBe(404)
    }
  })

  test('keeps its device code to the server: no answer, cookie, log or file has it', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    await statusOf(login)
    const code = world.emulator.requests('token')[0]?.form['device_code'] ?? ''
    expect(code).not.toBe('')
    const cookies = Object.values(await login.browser.cookies()).join('')
    const stored = readFileSync(join(folder, 'sessions.mdb')).toString('latin1')
    for (const place of [world.logLines.join(''), cookies, stored, ...login.browser.received]) {
      expect(place).not.toContain(code)
    }
  })

  test.each([
    ['POST', deviceLogins] as const,
    ['POST', `${deviceLogins}/x`] as const,
    ['DELETE', `${deviceLogins}/x`] as const,
  ])('is not moved by a request without the header: %s %s', async (method, url) => {
    const { statusCode, body } = await request(`${world.origin}${url}`, { method })
    expect([statusCode, await body.json()]).toMatchObject([403, { code: 'csrf_failed' }])
  })
})

describe('a sign-in on another device where the app registration', () => {
  function setPublicClientFlows(isAllowed: boolean): void {
    const registration = registrationAt(world.origin)
    world.emulator.registerClient({ ...registration, allowPublicClientFlows: isAllowed })
  }
  afterEach(() => {
    setPublicClientFlows(false)
  })

  /** Whether each request for tokens carried the client's secret, since the last time. */
  function secretsSent(): boolean[] {
    const sent = world.emulator.requests('token').map(({ form }) => 'client_secret' in form)
    world.emulator.clearRequests()
    return sent
  }

  test.each([
    ['does not allow public client flows', false, [true], [true]],
    ['allows public client flows', true, [true, false], [false]],
  ])(
    '%s is asked in the way that Entra takes, also after a restart and in a refresh',
    async (_name, isAllowed, firstPoll, later_) => {
      setPublicClientFlows(isAllowed)
      const login = await startDeviceLogin(world.openBrowser())
      secretsSent()
      expect(await statusOf(login)).toEqual({ status: 'pending', interval: 5 })
      expect(secretsSent()).toEqual(firstPoll)
      await world.stopServer()
      await world.startServer()
      world.emulator.approveDeviceCode(login.userCode, adele)
      expect(await statusOf(login)).toMatchObject({ status: 'ready' })
      expect(secretsSent()).toEqual(later_)
      const { browser, id } = login
      expect((await browser.fetch(`${deviceLogins}/${id}`, { method: 'POST' })).status).toBe(200)
      expect(secretsSent()).toEqual(later_)
      later(58)
      await world.stopServer()
      await world.startServer()
      expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
      expect(secretsSent()).toEqual(later_)
    },
  )

  test.each([false, true])(
    'had another setting when the person signed in goes on, and remembers: %s',
    async (isAllowed) => {
      setPublicClientFlows(!isAllowed)
      const login = await startDeviceLogin(world.openBrowser())
      world.emulator.approveDeviceCode(login.userCode, adele)
      await statusOf(login)
      await finishDeviceLogin(login)
      setPublicClientFlows(isAllowed)
      secretsSent()
      later(58)
      expect((await login.browser.fetch('/api/me')).status).toBe(200)
      expect(secretsSent()).toEqual([isAllowed, !isAllowed])
      world.emulator.failNext('me', { status: 401, body: {} })
      expect((await login.browser.fetch('/api/me')).status).toBe(200)
      expect(secretsSent()).toEqual([!isAllowed])
    },
  )

  test.each([
    [700025, 2],
    [7000218, 1],
  ])(
    'fits neither way of asking, AADSTS%i, has the name of the setting in the log',
    async (aadsts, times) => {
      const login = await startDeviceLogin(world.openBrowser())
      world.logLines.length = 0
      world.emulator.failNext('token', { entraError: { error: 'invalid_client', aadsts } }, times)
      const state = (await statusOf(login)) as { status: string; errorRef: string }
      expect(state).toMatchObject({ status: 'failed' })
      const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
      expect(error.json).toMatchObject({ code: 'app_misconfigured', aadsts: String(aadsts) })
      expect(world.logLines.join('')).toContain('Allow public client flows')
    },
  )
})

describe('the status of a device login', () => {
  test('is told no faster than the interval, and asked of Entra no faster (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    const early = await login.browser.fetch(`${deviceLogins}/${login.id}`)
    expect([early.status, early.headers['retry-after']]).toEqual([429, '5'])
    await statusOf(login)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('is asked of Entra by one of many at once', async () => {
    const { browser, id, interval } = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    laterSeconds(interval)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.fetch(`${deviceLogins}/${id}`)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(world.emulator.requests('token')).toHaveLength(1)
  })

  test('is asked of Entra by one alone, however long it takes to answer', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    world.emulator.clearRequests()
    world.emulator.failNext('token', { delayMs: 150 })
    const slow = statusOf(login)
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    laterSeconds(6)
    const second = await login.browser.fetch(`${deviceLogins}/${login.id}`)
    expect([second.status, second.headers['retry-after']]).toEqual([429, '5'])
    expect(await slow).toMatchObject({ status: 'ready' })
  })

  test('slows down when Entra asks for it (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 400, body: { error: 'slow_down' } })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    laterSeconds(5)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(200)
  })

  test('keeps to a pause that Entra asks for', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 120 })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    world.emulator.clearRequests()
    laterSeconds(100)
    expect((await login.browser.fetch(`${deviceLogins}/${login.id}`)).status).toBe(429)
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect(await statusOf(login, 20)).toMatchObject({ status: 'pending' })
  })

  test('stays pending, and slows down, while Entra is away', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { reset: true })
    expect(await statusOf(login)).toEqual({ status: 'pending', interval: 10 })
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login, 10)).toMatchObject({ status: 'ready' })
  })

  test.each([
    ['declined', { error: 'authorization_declined' }, 'declined', 'access_denied'],
    ['expired', { error: 'expired_token' }, 'expired', 'device_code_expired'],
    ['unknown', { error: 'bad_verification_code' }, 'failed', 'sign_in_expired'],
    ['refused', { error: 'invalid_client' }, 'failed', 'app_misconfigured'],
  ])('is final once Entra calls it %s (#34)', async (_name, body, status, code) => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.failNext('token', { status: 400, body })
    const state = (await statusOf(login)) as { errorRef: string }
    expect(state).toMatchObject({ status })
    const error = await login.browser.fetch(`/api/errors/${state.errorRef}`)
    expect(error.json).toMatchObject({ code, retry: { href: '/login/device' } })
    world.emulator.clearRequests()
    world.logLines.length = 0
    expect(await statusOf(login)).toEqual(state)
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect(world.logLines.join('')).not.toContain('sign_in_failed')
    const { status: started } = await login.browser.fetch(deviceLogins, { method: 'POST' })
    expect(started).toBe(201)
  })

  test('is expired by our own clock too', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    expect(await statusOf(login, 15 * 60 + 1)).toMatchObject({ status: 'expired' })
  })

  test('survives a restart of the server (#34)', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    await statusOf(login)
    await world.stopServer()
    await world.startServer()
    world.emulator.approveDeviceCode(login.userCode, adele)
    expect(await statusOf(login)).toMatchObject({ status: 'ready' })
    expect((await finishDeviceLogin(login)).status).toBe(200)
  })

  test('is that of an ID token which is validated like any other', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.approveDeviceCode(login.userCode, adele)
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, aud: 'somebody-else' }))
    expect(await statusOf(login)).toMatchObject({ status: 'failed' })
  })
})

describe('too many device logins (#34)', () => {
  test('of one address are refused for a minute', async () => {
    const limited = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '50' })
    const statuses: number[] = []
    for (let count = 0; count < 7; count += 1) {
      const answer = await limited.openBrowser().fetch(deviceLogins, { method: 'POST' })
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429])
    await limited.close()
  })

  test('are refused alike when it is their status, end or cancellation that is asked for', async () => {
    const limited = await World.open({ DEVICE_LOGIN: 'on', RATE_LIMIT: '3' })
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const browser = limited.openBrowser()
      const statuses: number[] = []
      for (let count = 0; count < 4; count += 1) {
        statuses.push((await browser.fetch(`${deviceLogins}/x`, { method })).status)
      }
      expect(statuses).toEqual([404, 404, 404, 429])
    }
    await limited.close()
  })

  test('of one network leave places to others: fifty are open for each /48', async () => {
    const { crowded, startFrom } = await openCrowded()
    for (let count = 0; count < 50; count += 1) {
      expect((await startFrom(`2001:db8:1:${count.toString(16)}::1`)).status).toBe(201)
    }
    expect((await startFrom('2001:db8:1:ffff::1')).status).toBe(429)
    expect((await startFrom('2001:db8:2::1')).status).toBe(201)
    expect((await startFrom('192.0.2.1')).status).toBe(201)
    later(26)
    expect((await startFrom('2001:db8:1:ffff::1')).status).toBe(201)
    await crowded.close()
  })

  test('free their place when they are cancelled', async () => {
    const { crowded, startFrom } = await openCrowded()
    const cookies: string[] = []
    for (let count = 0; count < 50; count += 1) {
      const { headers, json } = await startFrom('192.0.2.1')
      const cookie = String(headers['set-cookie']).split(';', 1)[0] ?? ''
      cookies.push(`${(json as DeviceLogin).id} ${cookie}`)
    }
    expect((await startFrom('192.0.2.1')).status).toBe(429)
    const [id = '', cookie = ''] = cookies[0]?.split(' ') ?? []
    const cancelled = await request(`${crowded.origin}${deviceLogins}/${id}`, {
      method: 'DELETE',
      headers: { cookie, 'x-csrf': '1' },
    })
    expect(cancelled.statusCode).toBe(204)
    expect((await startFrom('192.0.2.1')).status).toBe(201)
    await crowded.close()
  })

  test('in all are refused while a thousand are open', { timeout: 60_000 }, async () => {
    const { crowded, startFrom } = await openCrowded()
    for (let network = 0; network < 20; network += 1) {
      const starts = Array.from({ length: 50 }, () => startFrom(`192.0.2.${String(network)}`))
      await Promise.all(starts)
    }
    const { status, json } = await startFrom('192.0.2.99')
    expect([status, json]).toMatchObject([429, { code: 'rate_limited' }])
    later(26)
    expect((await startFrom('192.0.2.99')).status).toBe(201)
    await crowded.close()
  })
})

/** A server whose callers tell their addresses, and which cannot list the names of its records. */
async function openCrowded() {
  const keys = () => {
    throw new Error('no request lists the names of records')
  }
  const crowded = await World.open(
    { DEVICE_LOGIN: 'on', TRUST_PROXY: 'loopback' },
    { server: { store: { ...openMemoryStore(), keys } } },
  )
  const startFrom = (address: string) =>
    crowded
      .openBrowser()
      .fetch(deviceLogins, { method: 'POST', headers: { 'x-forwarded-for': address } })
  return { crowded, startFrom }
}

test('while it is off, it is not offered, and says so', async () => {
  const plain = await World.open()
  const browser = plain.openBrowser()
  expect((await browser.fetch('/api/session')).json).toMatchObject({
    signIn: { methods: ['redirect'] },
  })
  for (const [method, url] of [
    ['POST', deviceLogins],
    ['GET', `${deviceLogins}/x`],
  ] as const) {
    const { status, json } = await browser.fetch(url, { method })
    expect([status, json]).toMatchObject([404, { code: 'method_disabled' }])
  }
  await plain.close()
})

test('while it is on, it is offered', async () => {
  expect((await world.openBrowser().fetch('/api/session')).json).toMatchObject({
    signIn: { methods: ['redirect', 'device'] },
  })
})
