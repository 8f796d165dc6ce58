import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { seal } from '../../src/secrets/seal.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { openVault, type Vault } from '../../src/store/vault.ts'
import { TokenRecords } from '../../src/tokens/token-records.ts'
import type { Browser } from '../support/browser.ts'
import { World } from '../support/world.ts'

const secret = 's'.repeat(32)
const never = Number.MAX_SAFE_INTEGER

/** Keeps its records over restarts of the server. */
const store = { ...openMemoryStore(), close: () => Promise.resolve() }
let world: World
let vault: Vault
let browser: Browser
let name: string
beforeAll(async () => {
  world = await World.open({ SESSION_SECRET: secret }, { server: { store } })
  vault = await openVault(store, loadConfig({ SESSION_SECRET: secret }).session, () => undefined)
})
beforeEach(async () => {
  browser = await world.signIn()
  for await (const stored of store.names('tokens:')) name = stored
})
afterEach(() => store.delete(name))
afterAll(() => world.close())

async function read() {
  const stored = await new TokenRecords(vault).find(name.slice('tokens:'.length))
  if (!stored) throw new Error('the session has no tokens')
  return stored
}

async function restart(): Promise<void> {
  await world.stopServer()
  await world.startServer()
  world.emulator.clearRequests()
}

test('a session keeps one refresh token and one access token, and no ID token', async () => {
  const { value } = await read()
  expect(value.refreshToken).toBeTypeOf('string')
  expect(value.accessTokens).toHaveLength(1)
  expect(JSON.stringify(value).match(/"eyJ/g)).toHaveLength(1)
})

test('the tokens of a session are stored in fewer bytes than their text has', async () => {
  const { value, bytes } = await read()
  expect(bytes.length).toBeLessThan(0.9 * JSON.stringify(value).length)
})

test('after a restart, a stored access token serves without a request to Entra', async () => {
  await restart()
  expect((await browser.fetch('/api/me')).status).toBe(200)
  expect(world.emulator.requests('discovery')).toHaveLength(0)
  expect(world.emulator.requests('token')).toHaveLength(0)
})

test('the tokens that an older build stored are refreshed, and nobody signs in again', async () => {
  const { refreshToken, expiresAt } = (await read()).value
  const old = {
    serialized: JSON.stringify({
      Account: { 'an-account': {} },
      IdToken: { 'an-id-token': { secret: 'an ID token' } },
      AccessToken: { 'an-access-token': { secret: 'an access token' } },
      RefreshToken: { 'a-refresh-token': { secret: refreshToken } },
    }),
    homeAccountId: 'an-account',
    client: 'confidential',
    expiresAt,
  }
  await store.put(name, seal(vault.ring, name, JSON.stringify(old), 'record'), never)
  for (const refreshes of [1, 0]) {
    await restart()
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(refreshes)
  }
})
