import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { sendRaw } from '../support/raw.ts'
import { World } from '../support/world.ts'

let world: World
let browser: Browser
let cookie: string
let host: string
beforeAll(async () => {
  world = await World.open()
  host = `Host: ${new URL(world.origin).host}`
  browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
afterAll(() => world.close())

describe('a body of a type that no route takes (#13)', () => {
  test.each([
    'text/plain',
    'text/plain;charset=utf-8',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/json\ta',
    'application/jsonx',
    'application/json,text/plain',
    'application/x-www-form-urlencoded-x',
    'application/xml',
    'x',
    '',
    undefined,
  ])('a body of a type that no route takes is refused, and ends no session: %j', async (type) => {
    const head = ['POST /auth/logout HTTP/1.1', host, `Cookie: ${cookie}`, 'X-CSRF: 1']
    const typed = type === undefined ? head : [...head, `Content-Type: ${type}`]
    const answer = await sendRaw(world.origin, [...typed, 'Content-Length: 2'], '{}')
    expect(answer.status).toBe(415)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'unsupported_media_type' })
    expect(await browser.isSignedIn()).toBe(true)
  })

  test.each([' application/json', 'APPLICATION/JSON', 'application/json;charset=utf-8'])(
    'a body of a JSON type in any spelling is read as JSON: %j',
    async (type) => {
      const head = ['POST /auth/logout HTTP/1.1', host, `Cookie: ${cookie}`, 'X-CSRF: 1']
      const typed = [...head, `Content-Type: ${type}`, 'Content-Length: 2']
      const answer = await sendRaw(world.origin, typed, '{]')
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
      expect(await browser.isSignedIn()).toBe(true)
    },
  )

  test('only sign-out takes a form: a call of the API with a form is refused', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = { method: 'POST', headers, body: 'a=b' } as const
    expect(await browser.fetch('/api/session/extend', form)).toMatchObject({
      status: 415,
      json: { code: 'unsupported_media_type' },
    })
  })

  test('a cross-site body of a type that needs no preflight is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { cookie, 'content-type': type, 'sec-fetch-site': 'cross-site' }
      const url = `${world.origin}/auth/logout`
      const answer = await request(url, { method: 'POST', headers, body: '{}' })
      await answer.body.dump()
      expect([403, 415]).toContain(answer.statusCode)
    }
    expect(await browser.isSignedIn()).toBe(true)
  })
})
