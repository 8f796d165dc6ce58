import { request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { pass } from '../support/clock.ts'
import { adele, World } from '../support/world.ts'

let world: World
let browser: Browser
let cookie: string
beforeAll(async () => {
  world = await World.open()
  browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
})
afterAll(() => world.close())

describe('names that every object has (#14)', () => {
  afterEach(() => {
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined()
  })
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  test.each(['{"__proto__":{"evil":1}}', '{"constructor":{"prototype":{"evil":1}}}'])(
    'names that every object has are refused in a body: %s',
    async (body) => {
      const headers = { cookie, 'x-csrf': '1', 'content-type': 'application/json' }
      const answer = await request(`${world.origin}/auth/logout`, { method: 'POST', headers, body })
      expect(answer.statusCode).toBe(400)
      expect(await answer.body.json()).toMatchObject({ code: 'invalid_request' })
      expect(await browser.isSignedIn()).toBe(true)
    },
  )

  test.each(names)('names that every object has mean nothing in a query: %s', async (name) => {
    const query = `${name}=evil&${name}[evil]=1&${name}.evil=1`
    expect((await browser.fetch(`/api/me?${query}`)).status).toBe(400)
    expect((await browser.fetch(`/api/session?${query}`)).status).toBe(200)
    expect((await browser.goTo(`/getAToken?state=x&${query}`)).url.pathname).toBe('/error')
    expect((await browser.goTo(`/getAToken?${query}`)).url.pathname).toBe('/login')
    expect((await browser.goTo(`/auth/login?${query}`)).url.pathname).toBe('/')
    cookie = await browser.cookieHeader()
  })

  test.each(names)('names that every object has mean nothing as a path: %s', async (name) => {
    for (const path of [`/api/${name}`, `/api/me/${name}`, `/api/errors/${name}`]) {
      expect([400, 404]).toContain((await browser.fetch(path)).status)
    }
  })

  test.each(names)('names that every object has mean nothing as a cookie: %s', async (name) => {
    const { port } = new URL(world.origin)
    const headers = {
      cookie: `${name}=1; sid-${port}=${name}; tx-${port}-${name}=1`,
      'x-csrf': '1',
    }
    const answer = await request(`${world.origin}/api/me`, { headers })
    expect(answer.statusCode).toBe(401)
    expect(await answer.body.json()).toMatchObject({ code: 'not_signed_in' })
  })

  test('names that every object has pass through in an answer of Graph, and change no object of the server', async () => {
    const body: unknown = JSON.parse(
      '{"__proto__":{"evil":1},"constructor":{"prototype":{"evil":1}}}',
    )
    world.emulator.failNext('me', { status: 200, body })
    const { status, text } = await browser.fetch('/api/me')
    expect([status, text]).toEqual([200, JSON.stringify(body)])
    world.emulator.failNext('me', { status: 403, body: { error: { code: 'constructor' } } })
    expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'forbidden' })
  })

  test.each(['discovery', 'keys', 'token'] as const)(
    'names that every object has change no object of the server in an answer of Entra: %s',
    async (endpoint) => {
      const fresh = await World.open()
      const body: unknown = JSON.parse('{"__proto__":{"evil":1},"constructor":{"evil":1}}')
      fresh.emulator.failNext(endpoint, { status: 200, body })
      const stranger = fresh.openBrowser()
      expect((await stranger.goTo('/auth/login')).url.pathname).toBe('/error')
      pass(6)
      expect((await stranger.goTo('/auth/login')).url.pathname).toBe('/')
      await fresh.close()
    },
  )
})
