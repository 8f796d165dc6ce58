import { startEmulator, type Emulator } from '@entra-bff/emulator'
import { fastify, type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { entraBff, requireCaller } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { adele, freePort, registrationAt, settingsFor } from '../support/world.ts'

let emulator: Emulator
let app: FastifyInstance
let origin: string
let lines: string
beforeEach(async () => {
  const port = await freePort()
  origin = `http://localhost:${String(port)}`
  emulator = await startEmulator({ automaticUser: adele, clients: [registrationAt(origin)] })
  lines = ''
  app = fastify({ logger: { stream: { write: (line: string) => (lines += line) } } })
  app.get('/', () => 'the page of the app')
  app.get('/own', () => ({ own: true }))
  app.post('/text', ({ body }) => ({ body }))
  app.get('/broken', () => {
    throw new Error('the error of the app')
  })
  await app.register(entraBff, {
    settings: { ...settingsFor(emulator, origin), SESSION_STORE: 'memory:' },
    api: async (api) => {
      api.get('/api/whoami', (request) => ({ name: requireCaller(request).user.name }))
    },
  })
  await app.listen({ port })
})
afterEach(async () => {
  await app.close()
  await emulator.close()
})

describe('an app that exists already, with the plugin', () => {
  test('it signs people in, calls Graph, and knows the caller in its own routes', async () => {
    const browser = new Browser(origin)
    expect(await browser.fetch('/api/whoami')).toMatchObject({ status: 401 })
    expect((await browser.goTo('/auth/login')).url.href).toBe(`${origin}/`)
    const me = await browser.fetch('/api/me')
    expect(me).toMatchObject({ status: 200, json: { displayName: 'Adele Vance' } })
    const who = await browser.fetch('/api/whoami')
    expect(who).toMatchObject({ status: 200, json: { name: 'Adele Vance' } })
    expect((await browser.submit('/auth/logout')).status).toBe(303)
    expect(await browser.isSignedIn()).toBe(false)
  })

  test('its other routes stay as they are: no header, error or parser of the plugin reaches them', async () => {
    const browser = new Browser(origin)
    const own = await browser.fetch('/own')
    expect([own.json, own.headers['content-security-policy']]).toEqual([{ own: true }, undefined])
    const broken = await browser.fetch('/broken')
    expect(broken).toMatchObject({ status: 500, json: { message: 'the error of the app' } })
    const text = await browser.fetch('/text', {
      method: 'POST',
      body: 'plain',
      headers: { 'content-type': 'text/plain' },
    })
    expect(text.json).toEqual({ body: 'plain' })
    const problem = await browser.fetch('/api/me')
    expect(problem.headers['content-type']).toContain('application/problem+json')
  })

  test('its log holds no code of a sign-in', async () => {
    const browser = new Browser(origin)
    await browser.goTo('/auth/login')
    expect(lines).toContain('/getAToken')
    expect(lines).not.toContain('code=')
  })

  test('settings with a mistake stop its start with a sentence that names them', async () => {
    const other = fastify()
    const settings = { ...settingsFor(emulator, origin), SESSION_STORE: 'memory' }
    const starting = async () => {
      await other.register(entraBff, { settings })
      await other.ready()
    }
    await expect(starting()).rejects.toThrow('SESSION_STORE')
  })
})
