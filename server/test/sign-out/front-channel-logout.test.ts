import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { adele, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open({}, { frontChannelLogout: true })
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterAll(() => world.close())

/** Opens front-channel logout as a frame of Entra's page does: without cookies. */
async function frame(query: Record<string, string>) {
  const url = `${world.origin}/auth/frontchannel-logout?${new URLSearchParams(query).toString()}`
  const { statusCode, headers, body } = await request(url, {
    headers: {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'iframe',
    },
  })
  return { statusCode, headers, text: await body.text() }
}

/** Signs in, and reads the `sid` from the ID token. */
async function signInWithSid() {
  const sids: unknown[] = []
  world.emulator.tamperNextIdToken((claims) => {
    sids.push(claims['sid'])
    return claims
  })
  const browser = await world.signIn()
  return { browser, sid: String(sids[0]) }
}

describe('front-channel logout (#37)', () => {
  test('front-channel logout ends the session with that sid, without a cookie', async () => {
    const { browser, sid } = await signInWithSid()
    const other = await world.signIn()
    const { statusCode, text } = await frame({ sid })
    expect([statusCode, text]).toEqual([200, ''])
    expect((await browser.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
    expect(await other.isSignedIn()).toBe(true)
  })

  test('front-channel logout is allowed in a frame of Entra, is not cached, and sets no cookie', async () => {
    const { headers } = await frame({ sid: 'x' })
    expect(headers['content-security-policy']).toContain(
      `frame-ancestors ${new URL(world.emulator.authority).origin}`,
    )
    expect(headers['cache-control']).toBe('no-store')
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('front-channel logout answers the same for a sid that is right, unknown, missing or odd', async () => {
    const { sid } = await signInWithSid()
    const answers = [
      await frame({ sid }),
      await frame({ sid: 'unknown' }),
      await frame({}),
      await frame({ sid: '' }),
    ]
    for (const { statusCode, text } of answers) expect([statusCode, text]).toEqual([200, ''])
  })

  test('front-channel logout counts with the right issuer and not with a wrong issuer', async () => {
    const { browser, sid } = await signInWithSid()
    expect((await frame({ sid, iss: 'https://evil.example/v2.0' })).statusCode).toBe(200)
    expect(await browser.isSignedIn()).toBe(true)
    await frame({ sid, iss: `${world.emulator.authority}/v2.0` })
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('a sign-out at Entra opens the address of front-channel logout', async () => {
    const { browser } = await signInWithSid()
    const { headers } = await browser.submit('/auth/logout')
    const page = await browser.goTo(String(headers['location']))
    expect(page.html).toContain(`${world.origin}/auth/frontchannel-logout?sid=`)
  })

  test('front-channel logout is limited per address', async () => {
    const limited = await World.open({ RATE_LIMIT: '3' })
    const statuses: number[] = []
    for (let count = 0; count < 5; count += 1) {
      const { statusCode, body } = await request(`${limited.origin}/auth/frontchannel-logout?sid=x`)
      await body.dump()
      statuses.push(statusCode)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    await limited.close()
  })
})
