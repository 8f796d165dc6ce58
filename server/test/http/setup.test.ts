import { afterAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { World } from '../support/world.ts'

describe('without values from the app registration', () => {
  const app = buildApp(
    loadConfig({ PORT: '3000', SESSION_STORE: 'memory:', LOG_LEVEL: 'silent', CLIENT_ID: 'x' }),
  )
  afterAll(async () => (await app).close())

  test('without an app registration, the API says that it is not configured', async () => {
    const world = await World.open({ CLIENT_SECRET: '' })
    for (const path of ['/api/session', '/api/me']) {
      const { status, json } = await world.openBrowser().fetch(path)
      expect([status, json]).toMatchObject([503, { code: 'config_missing' }])
    }
    await world.close()
  })

  test('without an app registration, a sign-in leads to the Setup view', async () => {
    const answer = await (await app).inject('/auth/login')
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/setup'])
  })

  test('without an app registration, this machine reads the setup, without values', async () => {
    const answer = await (
      await app
    ).inject({ url: '/api/setup', headers: { host: 'localhost:3000' } })
    expect(answer.json()).toMatchObject({
      configured: false,
      redirectUri: 'http://localhost:3000/getAToken',
      settings: [
        { name: 'CLIENT_ID', status: 'invalid' },
        { name: 'CLIENT_SECRET', status: 'missing' },
        { name: 'AUTHORITY', status: 'missing' },
      ],
    })
  })

  test.each([{ remoteAddress: '192.0.2.1' }, { headers: { host: 'rebound.example' } }])(
    'without an app registration, a foreign address or host name reads nothing of the setup: %j',
    async (from) => {
      const answer = await (await app).inject({ url: '/api/setup', ...from })
      expect(answer.json()).toEqual({ configured: false })
    },
  )
})
