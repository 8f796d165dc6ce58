import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { seal, unseal } from '../../src/secrets/seal.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { openVault, type Vault } from '../../src/store/vault.ts'
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

interface Stored {
  refreshToken: string
  expiresAt: number
}

async function read(): Promise<string> {
  return unseal(vault.ring, name, (await store.get(name)) ?? new Uint8Array(), 'record')
}

async function restart(): Promise<void> {
  await world.stopServer()
  await world.startServer()
  world.emulator.clearRequests()
}

test('a session keeps one refresh token and one access token, and no ID token', async () => {
  const text = await read()
  expect(text.match(/"refreshToken":/g)).toHaveLength(1)
  expect(text.match(/"eyJ/g)).toHaveLength(1)
})

test('after a restart, a stored access token serves without a request to Entra', async () => {
  await restart()
  expect((await browser.fetch('/api/me')).status).toBe(200)
  expect(world.emulator.requests('discovery')).toHaveLength(0)
  expect(world.emulator.requests('token')).toHaveLength(0)
})

test('the tokens that an older build stored are refreshed, and nobody signs in again', async () => {
  const { refreshToken, expiresAt } = JSON.parse(await read()) as Stored
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
  expect(await read()).not.toContain('serialized')
})
