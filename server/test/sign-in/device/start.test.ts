import type { DeviceLogin } from '@entra-bff/shared'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { later } from '../../support/clock.ts'
import { deviceLogins, startDeviceLogin, statusOf } from '../../support/device-login.ts'
import { leastDifferent } from '../../support/randomness.ts'
import { World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({ DEVICE_LOGIN: 'on' }, { keepsFiles: true })
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

describe('device logins', () => {
  test('a device login begins with a code, and the address where to type it', async () => {
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

  test('a device login is polled every five seconds where Entra names no interval', async () => {
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

  test('a device login shows the same code again until the code expires', async () => {
    const first = await startDeviceLogin(world.openBrowser())
    const again = await first.browser.fetch(deviceLogins, { method: 'POST' })
    expect([again.status, (again.json as DeviceLogin).userCode]).toEqual([200, first.userCode])
    later(16)
    const fresh = await first.browser.fetch(deviceLogins, { method: 'POST' })
    expect(fresh.status).toBe(201)
    expect((fresh.json as DeviceLogin).userCode).not.toBe(first.userCode)
  })

  test('a device login that Entra does not start is reported in the log', async () => {
    world.logLines.length = 0
    world.emulator.failNext('devicecode', { entraError: { error: 'unauthorized_client' } })
    const { status } = await world.openBrowser().fetch(deviceLogins, { method: 'POST' })
    expect(status).toBe(503)
    expect(world.logLines.join('')).toContain('"code":"app_misconfigured"')
  })

  test('the device code is in no answer, cookie, log or file', async () => {
    const login = await startDeviceLogin(world.openBrowser())
    world.emulator.clearRequests()
    await statusOf(login)
    const code = world.emulator.requests('token')[0]?.form['device_code'] ?? ''
    expect(code).not.toBe('')
    const cookies = Object.values(await login.browser.cookies()).join('')
    const stored = readFileSync(join(world.folder, 'sessions.mdb')).toString('latin1')
    for (const place of [world.logLines.join(''), cookies, stored, ...login.browser.received]) {
      expect(place).not.toContain(code)
    }
  })

  test.each([
    ['POST', deviceLogins] as const,
    ['POST', `${deviceLogins}/x`] as const,
    ['DELETE', `${deviceLogins}/x`] as const,
  ])(
    'a request without the header X-CSRF cannot change a device login: %s %s',
    async (method, url) => {
      const { statusCode, body } = await request(`${world.origin}${url}`, { method })
      expect([statusCode, await body.json()]).toMatchObject([403, { code: 'csrf_failed' }])
    },
  )

  test('a device login has an id of 256 random bits', async () => {
    const logins = await Promise.all(
      Array.from({ length: 20 }, () => startDeviceLogin(world.openBrowser())),
    )
    expect(leastDifferent(logins.map(({ id }) => id))).toBeGreaterThan(10)
  })
})

test('with DEVICE_LOGIN off, device logins are not offered and answer method_disabled', async () => {
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

test('with DEVICE_LOGIN on, device logins are offered', async () => {
  expect((await world.openBrowser().fetch('/api/session')).json).toMatchObject({
    signIn: { methods: ['redirect', 'device'] },
  })
})
