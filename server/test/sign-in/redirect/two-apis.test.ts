import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../support/world.ts'

const orders = 'api://orders/read'

let world: World
beforeAll(async () => {
  world = await World.open({ ENDPOINT: 'http://localhost:4999/orders', SCOPE: orders })
})
afterAll(() => world.close())

function start(scopes: string) {
  const query = new URLSearchParams({ scopes })
  return request(`${world.origin}/auth/login?${query.toString()}`)
}

test('a sign-in that asks for permissions of two APIs is refused, and Entra is not asked', async () => {
  world.emulator.clearRequests()
  const { statusCode, body } = await start(`Calendars.Read ${orders}`)
  expect(statusCode).toBe(400)
  expect(await body.json()).toMatchObject({
    code: 'invalid_request',
    detail: 'The scopes must be those of one API: a sign-in cannot ask for permissions of two.',
  })
  expect(world.emulator.requests('authorize')).toHaveLength(0)
})

test.each([orders, 'Calendars.Read User.Read'])(
  'a sign-in can ask for permissions of any one API: %s',
  async (scopes) => {
    const { statusCode, headers } = await start(scopes)
    expect(statusCode).toBe(302)
    const { searchParams } = new URL(String(headers['location']))
    expect(searchParams.get('scope')?.split(' ')).toEqual(expect.arrayContaining(scopes.split(' ')))
  },
)
