import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
let cookie: string
beforeAll(async () => {
  world = await World.open()
  const browser = await world.signIn()
  cookie = await browser.cookieHeader()
})
afterAll(() => world.close())

async function statusOf(headers: Record<string, string>): Promise<number> {
  // `fetch` would add fetch metadata of its own.
  const answer = await request(`${world.origin}/api/me`, { headers })
  await answer.body.dump()
  return answer.statusCode
}

describe('a request with the session cookie (#15)', () => {
  test.each([
    ['a page of the app', 200, { 'x-csrf': '1', 'sec-fetch-site': 'same-origin' }],
    ['a script without any trace of a browser', 200, {}],
    ['a script that sends the header', 200, { 'x-csrf': '1' }],
    ['a page of the app that forgot the header', 403, { 'sec-fetch-site': 'same-origin' }],
    ['the address bar', 403, { 'sec-fetch-site': 'none' }],
    ['a link with a Referer', 403, { referer: 'https://evil.example/' }],
    ['another site', 403, { 'x-csrf': '1', 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain', 403, { 'x-csrf': '1', 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', 403, { 'x-csrf': '1', origin: 'https://evil.example' }],
    ['a sandboxed frame', 403, { 'x-csrf': '1', origin: 'null' }],
    [
      'a page of the app with the wrong value',
      403,
      { 'x-csrf': '0', 'sec-fetch-site': 'same-origin' },
    ],
  ])(
    'a request with the session cookie from %s is answered with %i',
    async (_from, status, headers) => {
      expect(await statusOf({ cookie, ...headers })).toBe(status)
    },
  )
})

test('a request from another site is refused without a cookie too (#15)', async () => {
  expect(await statusOf({ 'sec-fetch-site': 'cross-site' })).toBe(403)
})
