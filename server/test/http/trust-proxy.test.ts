import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { World } from '../support/world.ts'

const spoofed = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
  'x-real-ip': '203.0.113.7',
}

describe('forwarded headers (#38)', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open()
  })
  afterAll(() => world.close())

  async function start(settings: Record<string, string>) {
    await world.stopServer()
    world.logLines.length = 0
    await world.startServer(settings)
    const answer = await request(`${world.origin}/auth/login`, { headers: spoofed })
    const location = new URL(String(answer.headers['location']))
    return { headers: answer.headers, location, log: world.logLines.join('') }
  }

  test.each([{}, { TRUST_PROXY: 'false' }, { TRUST_PROXY: '10.0.0.0/8' }])(
    'forwarded headers of a caller that is no trusted proxy are ignored: %j',
    async (settings) => {
      const { headers, location, log } = await start(settings)
      expect(location.searchParams.get('redirect_uri')).toBe(`${world.origin}/getAToken`)
      expect(String(headers['set-cookie'])).toMatch(/^tx-\d+-/)
      expect(String(headers['set-cookie'])).not.toContain('Secure')
      expect(headers).not.toHaveProperty('strict-transport-security')
      expect(log).toContain('"address":"127.0.0.1"')
      expect(log).not.toContain('203.0.113.7')
    },
  )

  test('a trusted proxy names the address of the caller, and changes no public address', async () => {
    const { headers, location, log } = await start({ TRUST_PROXY: 'loopback' })
    expect(log).toContain('"address":"203.0.113.7"')
    expect(location.searchParams.get('redirect_uri')).toBe(`${world.origin}/getAToken`)
    expect(String(headers['set-cookie'])).not.toContain('Secure')
  })
})

test.each([{}, { 'x-forwarded-proto': 'http' }])(
  'behind https a sign-in gives a secure session cookie, whatever the caller says: %j (#38)',
  async (headers) => {
    const publicUrl = 'https://app.example.com'
    const world = await World.open({ PUBLIC_URL: publicUrl })
    for (const client of world.emulator.clients) {
      world.emulator.registerClient({ ...client, redirectUris: [`${publicUrl}/getAToken`] })
    }
    const start = await request(`${world.origin}/auth/login`, { headers })
    const entra = await request(String(start.headers['location']))
    const back = new URL(String(entra.headers['location']))
    expect(back.origin).toBe(publicUrl)
    const cookie = String(start.headers['set-cookie']).split(';')[0] ?? ''
    const done = await request(`${world.origin}${back.pathname}${back.search}`, {
      headers: { ...headers, cookie },
    })
    expect(done.headers['location']).toBe('/')
    const [session] = [done.headers['set-cookie'] ?? []]
      .flat()
      .filter((line) => line.startsWith('__Host-Http-sid='))
    expect(session).toMatch(
      /=[\w.-]{87}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    )
    await world.close()
  },
)

test('no forwarded header makes a caller one of this machine (#38)', async () => {
  const env = { PORT: '3000', SESSION_STORE: 'memory:', LOG_LEVEL: 'silent' }
  for (const trust of ['false', 'loopback', '10.0.0.0/8']) {
    const app = await buildApp(loadConfig({ ...env, TRUST_PROXY: trust }))
    const answer = await app.inject({
      url: '/api/setup',
      remoteAddress: '192.0.2.1',
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost:3000' },
    })
    expect(answer.json()).toEqual({ configured: false })
    await app.close()
  }
})
