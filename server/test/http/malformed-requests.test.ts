import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { sendRaw } from '../support/raw.ts'
import { behindNginx } from '../support/surroundings.ts'
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

describe.skipIf(behindNginx)('malformed requests (#12)', () => {
  const chunked = 'Transfer-Encoding: chunked'
  const post = ['POST /auth/logout HTTP/1.1', 'X-CSRF: 1']
  const form = 'Content-Type: application/x-www-form-urlencoded'

  test.each<[string, string[], string]>([
    ['a length beside chunks', [...post, form, chunked, 'Content-Length: 5'], '0\r\n\r\nGET /'],
    ['two lengths', [...post, form, 'Content-Length: 1', 'Content-Length: 2'], 'ab'],
    ['a length that is no number', [...post, form, 'Content-Length: +1'], 'a'],
    ['an unknown coding', [...post, form, 'Transfer-Encoding: chunked, x'], '0\r\n\r\n'],
    ['a chunk without a size', [...post, form, chunked], 'zz\r\n\r\n'],
    ['a space before the colon', [...post, form, 'Content-Length : 1'], 'a'],
    ['a future version', ['GET /api/session HTTP/3.0'], ''],
    ['a method of its own', ['SMUGGLE /api/session HTTP/1.1'], ''],
    ['NUL in a header', ['GET /api/session HTTP/1.1', 'X-A: \0'], ''],
  ])('a request with %s is refused, and its connection is closed', async (_name, head, body) => {
    const answer = await sendRaw(world.origin, [...head, host, `Cookie: ${cookie}`], body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_request' })
    expect(answer.text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
    expect(await browser.isSignedIn()).toBe(true)
  })

  test.each([
    ['TRACE', '/api/me'],
    ['TRACE', '/'],
    ['PROPFIND', '/api/me'],
    ['PURGE', '/'],
    ['OPTIONS', '*'],
  ])(
    '%s %s is accepted by no route, and the answer repeats nothing of the request',
    async (method, target) => {
      const head = [`${method} ${target} HTTP/1.1`, host, `Cookie: ${cookie}`, 'X-Canary: canary']
      const answer = await sendRaw(world.origin, head)
      expect([404, 405]).toContain(answer.status)
      expect(answer.text).not.toContain('canary')
      expect(answer.text).not.toContain('sid-')
    },
  )

  test('CONNECT opens no tunnel', async () => {
    const answer = await sendRaw(world.origin, ['CONNECT evil.example:443 HTTP/1.1', host])
    expect(answer.text).toBe('')
  })

  test.each([
    ['by its length', 'application/x-www-form-urlencoded', 4_097],
    ['by its length', 'application/json', 65_537],
  ])('a body that is too large %s is refused: %s, %i bytes', async (_name, type, size) => {
    const head = [...post, host, `Cookie: ${cookie}`, `Content-Type: ${type}`]
    // The announced length alone must be refused: no body is sent.
    const announced = await sendRaw(world.origin, [...head, `Content-Length: ${String(size)}`])
    const piece = `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`
    const sent = await sendRaw(world.origin, [...head, chunked], piece)
    for (const answer of [announced, sent]) {
      expect(answer.status).toBe(413)
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'payload_too_large' })
    }
    expect(await browser.isSignedIn()).toBe(true)
  })
})
