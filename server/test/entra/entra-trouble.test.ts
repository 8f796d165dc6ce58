import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later, pass } from '../support/clock.ts'
import { adele, World } from '../support/world.ts'

const alex = 'AlexW@contoso.onmicrosoft.com'

let world: World
let adeles: Browser
beforeAll(async () => {
  world = await World.open()
})
beforeEach(async () => {
  world.emulator.signInAutomaticallyAs(adele)
  adeles = await world.signIn()
  await adeles.fetch('/api/me')
  world.emulator.signInAutomaticallyAs(alex)
  world.emulator.clearRequests()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

async function errorOf(browser: Browser): Promise<unknown> {
  const page = await browser.goTo('/auth/login')
  expect(page.url.pathname).toBe('/error')
  return await browser.reportOf(page)
}

describe('trouble at Entra (#28)', () => {
  test.each([
    ['answers 503', { status: 503, body: { error: 'temporarily_unavailable' } }],
    ['answers 500 with a page', { status: 500, body: '<h1>Our services are not available</h1>' }],
    ['answers 200 with a page', { status: 200, body: '<h1>Captive portal</h1>' }],
    ['asks for a pause', { status: 429, body: {}, retryAfter: 600 }],
    ['drops connections', { reset: true as const }],
  ])(
    'while Entra %s, signed-in people can work and a sign-in ends in the Error view',
    async (_name, fault) => {
      world.emulator.failNext('token', fault)
      expect((await adeles.fetch('/api/me')).status).toBe(200)
      expect((await adeles.fetch('/api/session')).json).toMatchObject({ authenticated: true })
      const stranger = world.openBrowser()
      expect(await errorOf(stranger)).toMatchObject({ code: 'identity_provider_unavailable' })
      expect(world.emulator.requests('token')).toHaveLength(1)
      expect((await stranger.fetch('/api/session')).json).toMatchObject({ authenticated: false })
      expect((await adeles.fetch('/api/me')).status).toBe(200)
    },
  )

  test.each(['discovery', 'keys'] as const)(
    'while Entra has no %s, a sign-in ends in the Error view',
    async (endpoint) => {
      await world.stopServer()
      await world.startServer()
      world.emulator.clearRequests()
      world.emulator.failNext(endpoint, { status: 429, body: 'slow down', retryAfter: 600 })
      const stranger = world.openBrowser()
      expect(await errorOf(stranger)).toMatchObject({ code: 'identity_provider_unavailable' })
      expect((await fetch(`${world.origin}/livez`)).status).toBe(200)
      pass(590)
      expect(await errorOf(stranger)).toMatchObject({ code: 'identity_provider_unavailable' })
      expect(world.emulator.requests(endpoint)).toHaveLength(1)
      pass(20)
      await world.signIn(stranger)
      expect((await stranger.fetch('/api/me')).status).toBe(200)
    },
  )

  test('when Entra asks one person for a pause, another person signs in and calls at once', async () => {
    const refused = world.openBrowser()
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 600 })
    expect(await errorOf(refused)).toMatchObject({ code: 'identity_provider_unavailable' })
    const served = await world.signIn()
    expect((await served.fetch('/api/me')).json).toMatchObject({ displayName: 'Alex Wilber' })
    await world.signIn(refused)
    expect((await refused.fetch('/api/me')).status).toBe(200)
  })

  test('when Entra asks one person for a pause in a refresh, another person is refreshed at once', async () => {
    const alexs = await world.signIn()
    later(58)
    world.emulator.failNext('token', { status: 429, body: {}, retryAfter: 600 })
    await adeles.fetch('/api/me')
    expect((await alexs.fetch('/api/me')).json).toMatchObject({ displayName: 'Alex Wilber' })
    expect((await adeles.fetch('/api/me')).json).toMatchObject({ displayName: 'Adele Vance' })
  })

  test('the requests of one page ask Entra at most twice while no refresh succeeds', async () => {
    later(58)
    world.emulator.failNext('token', { status: 503, body: 'down', delayMs: 100 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => adeles.fetch('/api/me')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    // The first refresh fails. A request after that may cause a second refresh, which succeeds.
    expect(world.emulator.requests('token').length).toBeLessThanOrEqual(2)
  })
})

test('a client secret that Entra no longer accepts is a 503 and an error in the log, and nobody is signed out', async () => {
  world.emulator.setLifetimes({ accessToken: 600 })
  const browser = await world.signIn()
  world.emulator.setLifetimes({ accessToken: 3_600 })
  later(11)
  world.logLines.length = 0
  const entraError = { error: 'invalid_client', aadsts: 7000222 }
  world.emulator.failNext('token', { entraError })
  const { status, json } = await browser.fetch('/api/me')
  expect([status, json]).toMatchObject([503, { code: 'identity_provider_unavailable' }])
  const errors = world.complaints.map((line) => JSON.parse(line) as { level: number; msg: string })
  expect(errors).toContainEqual(expect.objectContaining({ level: 50, msg: 'request failed' }))
  expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  vi.setSystemTime(Date.now() + 61_000)
  expect((await browser.fetch('/api/me')).status).toBe(200)
})

test('a client secret that Entra no longer accepts is logged while good tokens still serve, and Entra is asked once', async () => {
  const browser = await world.signIn()
  await browser.fetch('/api/me')
  later(57)
  world.logLines.length = 0
  world.emulator.clearRequests()
  world.emulator.failNext('token', { entraError: { error: 'invalid_client', aadsts: 7000222 } })
  for (let count = 0; count < 5; count += 1) {
    expect((await browser.fetch('/api/me')).status).toBe(200)
  }
  expect(world.emulator.requests('token')).toHaveLength(1)
  expect(world.complaints.join('')).toContain('no token can be refreshed')
})

test('a person whom Entra answers late does not hold up other people (#28)', async () => {
  const fresh = await World.open()
  const before = await fresh.signIn()
  fresh.emulator.clearRequests()
  fresh.emulator.failNext('token', { hang: true })
  const stuck = fresh.openBrowser().goTo('/auth/login')
  await vi.waitUntil(() => fresh.emulator.requests('token').length === 1)
  const served = await fresh.signIn()
  expect((await served.fetch('/api/me')).status).toBe(200)
  expect((await before.fetch('/api/me')).status).toBe(200)
  await fresh.emulator.close()
  expect((await stuck).url.pathname).toBe('/error')
  await fresh.stopServer()
})

describe('an authority whose name leads nowhere (#28)', () => {
  test('an authority whose host does not resolve ends sign-ins in the Error view, and /readyz reports it', async () => {
    await world.stopServer()
    await world.startServer({ AUTHORITY: `https://login.invalid/${world.emulator.tenantId}` })
    const stranger = world.openBrowser()
    expect(await errorOf(stranger)).toMatchObject({ code: 'identity_provider_unavailable' })
    const ready = await fetch(`${world.origin}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([503, { authority: 'unavailable' }])
    expect((await fetch(`${world.origin}/livez`)).status).toBe(200)
  })
})
