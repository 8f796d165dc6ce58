import { startEmulator, type Emulator } from '@entra-bff/emulator'
import fastifyCookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import fastifySession from '@fastify/session'
import { fastify, type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { entraBff, requireCaller } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { openEvents } from '../support/event-stream.ts'
import { adele, freePort, registrationAt, settingsFor } from '../support/world.ts'

let emulator: Emulator
let app: FastifyInstance
let origin: string
let settings: Record<string, string>
let lines: string
beforeEach(async () => {
  origin = `http://localhost:${String(await freePort())}`
  emulator = await startEmulator({ automaticUser: adele, clients: [registrationAt(origin)] })
  settings = { ...settingsFor(emulator, origin), SESSION_STORE: 'memory:' }
  lines = ''
  app = fastify({ logger: { stream: { write: (line: string) => (lines += line) } } })
})
afterEach(async () => {
  await app.close()
  await emulator.close()
})

const api = async (scope: FastifyInstance): Promise<void> => {
  scope.get('/api/whoami', (request) => ({ name: requireCaller(request).user.name }))
}

async function listen(): Promise<Browser> {
  await app.listen({ port: Number(new URL(origin).port) })
  return new Browser(origin)
}

async function signIn(): Promise<Browser> {
  const browser = await listen()
  expect((await browser.goTo('/auth/login')).url.href).toBe(`${origin}/`)
  return browser
}

describe('an app that exists already, with the plugin', () => {
  beforeEach(async () => {
    app.get('/', () => 'the page of the app')
    app.get('/own', () => ({ own: true }))
    app.post('/text', ({ body }) => ({ body }))
    app.get('/broken', () => {
      throw new Error('the error of the app')
    })
    await app.register(entraBff, { settings, api })
  })

  test('it signs people in, calls Graph, and knows the caller in its own routes', async () => {
    const browser = await listen()
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
    const browser = await listen()
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
    await signIn()
    expect(lines).toContain('/getAToken')
    expect(lines).not.toContain('code=')
  })

  test('when it closes, the event streams of open pages end', async () => {
    const events = await openEvents(origin, await signIn())
    await app.close()
    await events.ended
    expect(events.statusCode).toBe(200)
  })
})

describe('what an app had before the plugin', () => {
  const form = 'application/x-www-form-urlencoded'

  test('cookies, forms, rate limits and hooks of the app work as before, and the plugin works beside them', async () => {
    const hooked: string[] = []
    app.addHook('onRequest', async ({ url }) => {
      hooked.push(url)
    })
    await app.register(fastifyCookie, { secret: 'the key of the app' })
    await app.register(rateLimit, { max: 500 })
    app.addContentTypeParser(form, { parseAs: 'string' }, async () => 'a form of the app')
    app.addContentTypeParser('*', { parseAs: 'string' }, async () => 'anything')
    app.setErrorHandler((_error, _request, reply) => reply.code(418).send('the app handles it'))
    app.get('/', (_request, reply) =>
      reply.setCookie('own', 'value', { signed: true }).send('home'),
    )
    app.get('/cookie', (request) => request.unsignCookie(request.cookies['own'] ?? ''))
    app.post('/form', ({ body }) => ({ body }))
    app.get('/broken', () => {
      throw new Error('the error of the app')
    })
    await app.register(entraBff, { settings: { ...settings, RATE_LIMIT: '100' }, api })

    const browser = await signIn()
    const { json } = await browser.fetch('/cookie')
    expect(json).toMatchObject({ valid: true, value: 'value' })
    const whoami = await browser.fetch('/api/whoami')
    expect(whoami).toMatchObject({ status: 200, json: { name: 'Adele Vance' } })
    expect((await browser.submit('/form')).json).toEqual({ body: 'a form of the app' })
    expect(await browser.fetch('/broken')).toMatchObject({ status: 418 })
    const text = { method: 'PATCH', body: 'x', headers: { 'content-type': 'text/x-own' } } as const
    expect(await browser.fetch('/api/me', text)).toMatchObject({ status: 415 })
    expect((await browser.submit('/auth/logout')).status).toBe(303)
    expect(await browser.isSignedIn()).toBe(false)
    expect(hooked).toContain('/api/whoami')
  })

  test('where a rate limit of the app refuses a request to the plugin, the answer is 429', async () => {
    await app.register(rateLimit, { max: 1 })
    await app.register(entraBff, { settings })
    const browser = await listen()
    await browser.fetch('/api/session')
    expect(await browser.fetch('/api/session')).toMatchObject({
      status: 429,
      json: { code: 'rate_limited' },
    })
  })

  test('a hook of the app can answer a request to a route of the plugin', async () => {
    app.addHook('onRequest', async (request, reply) => {
      if (request.url === '/api/whoami') return reply.redirect('/elsewhere')
    })
    await app.register(entraBff, { settings, api })
    const browser = await listen()
    expect((await browser.fetch('/api/whoami')).status).toBe(302)
  })

  test('an id that the app takes from its callers does not go on to an API', async () => {
    await app.close()
    app = fastify({ requestIdHeader: 'x-request-id' })
    await app.register(entraBff, { settings, api })
    const browser = await signIn()
    emulator.clearRequests()
    await browser.fetch('/api/me', { headers: { 'x-request-id': 'chosen' } })
    const [request] = emulator.requests('me')
    expect(request?.path).toBe('/v1.0/me')
    expect(request?.headers).not.toHaveProperty('client-request-id')
  })
})

describe('sessions that an app has of its own', () => {
  const ownSessions = { secret: 'k'.repeat(32), cookieName: 'own', cookie: { secure: false } }

  test('sessions of the app, in a scope beside the plugin, serve the routes of that scope', async () => {
    await app.register(entraBff, { settings, api })
    await app.register(async (scope) => {
      await scope.register(fastifyCookie)
      await scope.register(fastifySession, ownSessions)
      scope.get('/', ({ session }) => session.sessionId)
    })
    const browser = await signIn()
    const { text: id } = await browser.fetch('/')
    const whoami = await browser.fetch('/api/whoami')
    expect(whoami).toMatchObject({ status: 200, json: { name: 'Adele Vance' } })
    await browser.submit('/auth/logout')
    expect((await browser.fetch('/')).text).toBe(id)
    expect(await browser.isSignedIn()).toBe(false)
  })

  test.each(['before', 'after'])(
    'sessions of the app around the plugin stop the start with a sentence: registered %s the plugin',
    async (order) => {
      const plugins = [
        async () => {
          await app.register(fastifyCookie)
          await app.register(fastifySession, ownSessions)
        },
        async () => {
          await app.register(entraBff, { settings })
        },
      ]
      if (order === 'after') plugins.reverse()
      const started = async () => {
        for (const register of plugins) await register()
        await app.ready()
      }
      await expect(started()).rejects.toThrow('in a scope beside entraBff')
    },
  )
})

describe('the settings of the plugin', () => {
  test('PUBLIC_URL alone says where Entra sends the browser back to, whatever a proxy tells', async () => {
    app = fastify({ trustProxy: true })
    const behindProxy = { PUBLIC_URL: 'https://app.example.com', SESSION_SECRET: 's'.repeat(32) }
    await app.register(entraBff, { settings: { ...settings, ...behindProxy } })
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const { headers: answer } = await app.inject({ url: '/auth/login', headers })
    const { searchParams } = new URL(answer.location ?? '')
    expect(searchParams.get('redirect_uri')).toBe('https://app.example.com/getAToken')
    expect(String(answer['set-cookie'])).toMatch(/^__Host-Http-.*; Secure/)
  })

  test('settings of a server that listens and logs do nothing, whatever the app uses their names for', async () => {
    const names = ['HOST', 'LOG_LEVEL', 'METRICS_PORT', 'TRUST_PROXY', 'WORKERS']
    const others = Object.fromEntries(names.map((name) => [name, 'of the app']))
    await app.register(entraBff, { settings: { ...settings, ...others } })
    expect(await app.inject('/api/session')).toMatchObject({ statusCode: 200 })
  })

  test.each([
    ['a setting with a mistake', { SESSION_STORE: 'memory' }, 'SESSION_STORE'],
    ['a value of the app registration that is missing', { CLIENT_ID: '' }, 'CLIENT_ID is missing'],
    ['a value of the app registration that is wrong', { CLIENT_ID: 'x' }, 'CLIENT_ID is invalid'],
  ])('%s stops the start with a sentence that names it', async (_what, mistake, sentence) => {
    const registered = async () => {
      await app.register(entraBff, { settings: { ...settings, ...mistake } })
    }
    await expect(registered()).rejects.toThrow(sentence)
  })

  test('a prefix stops the start with a sentence', async () => {
    const registered = async () => {
      await app.register(entraBff, { settings, prefix: '/admin' })
    }
    await expect(registered()).rejects.toThrow('takes no prefix')
  })
})
