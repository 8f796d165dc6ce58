import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Browser } from '../support/browser.ts'
import { leaveOut } from '../support/older-records.ts'
import { World } from '../support/world.ts'

const secret = 's'.repeat(32)
const otherTenant = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'

/** Keeps its records over restarts of the server. */
const store = { ...openMemoryStore(), close: () => Promise.resolve() }
let world: World
let browser: Browser
beforeAll(async () => {
  world = await World.open({ SESSION_SECRET: secret }, { server: { store } })
  await restart()
})
beforeEach(async () => {
  browser = await world.signIn()
})
afterEach(() => restart())
afterAll(() => world.close())

async function restart(settings: Record<string, string> = {}): Promise<void> {
  await world.stopServer()
  await world.startServer({ AUTHORITY: `${world.emulator.url}/common`, ...settings })
}

async function expectEnded(): Promise<void> {
  expect((await browser.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
  expect(await browser.fetch('/api/me')).toMatchObject({
    status: 401,
    json: { code: 'session_revoked' },
  })
  expect((await browser.fetch('/api/session/extend', { method: 'POST' })).status).toBe(401)
}

describe('a session that is not admitted any more', () => {
  test.each<[string, () => Record<string, string>]>([
    ['its tenant is admitted no longer', () => ({ ALLOWED_TENANTS: otherTenant })],
    ['the authority is another one', () => ({ AUTHORITY: `${world.emulator.url}/organizations` })],
    ['the app registration is another one', () => ({ CLIENT_ID: otherTenant })],
  ])('a session ends at the next request when %s (#7)', async (_why, settings) => {
    await restart(settings())
    await expectEnded()
  })
})

test.each(['authority', 'clientId'])(
  'a session record of an older build, without %s, counts as absent',
  async (member) => {
    await leaveOut([member], store, world.settings)
    await restart()
    expect((await browser.fetch('/api/session')).json).toMatchObject({ reason: 'none' })
    expect(await browser.fetch('/api/me')).toMatchObject({
      status: 401,
      json: { code: 'not_signed_in' },
    })
    expect((await browser.goTo('/auth/login')).url.pathname).toBe('/')
  },
)

test('a session lives on when its tenant is one of those admitted', async () => {
  const { tenantId } = world.emulator
  await restart({ ALLOWED_TENANTS: `${otherTenant}, ${tenantId}` })
  expect(await browser.isSignedIn()).toBe(true)
})

test('the list of sessions leaves out sessions that are not admitted any more', async () => {
  const other = await world.signIn()
  await restart({ AUTHORITY: `${world.emulator.url}/organizations` })
  await world.signIn(other)
  expect((await other.fetch('/api/sessions')).json).toHaveLength(1)
})
