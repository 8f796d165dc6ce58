import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../support/world.ts'

const secret = 'at db-7.internal'

/** What routes throw, by the path of the route. */
const thrown: Record<string, unknown> = {
  error: new Error(secret),
  text: secret,
  nothing: undefined,
  null: null,
  'good-status': Object.assign(new Error(secret), { statusCode: 200 }),
  'server-status': Object.assign(new Error(secret), { statusCode: 503 }),
}

let world: World
beforeAll(async () => {
  world = await World.open(
    {},
    {
      server: {
        api: async (api) => {
          for (const [name, value] of Object.entries(thrown)) {
            api.get(`/api/throws/${name}`, () => {
              throw value
            })
            api.get(`/api/rejects/${name}`, async () => {
              throw value
            })
          }
        },
      },
    },
  )
})
afterAll(() => world.close())

test.each(Object.keys(thrown).flatMap((name) => [`throws/${name}`, `rejects/${name}`]))(
  'whatever an own route throws is a 500 problem that tells nothing of it, and is in the log: %s',
  async (path) => {
    const browser = await world.signIn()
    world.logLines.length = 0
    const { status, headers, json, text } = await browser.fetch(`/api/${path}`)
    expect([status, json]).toMatchObject([500, { status: 500, code: 'internal_error' }])
    expect(headers['content-type']).toBe('application/problem+json')
    expect(text).not.toContain('db-7')
    const errors = world.logLines.filter((line) => line.includes('"level":50'))
    expect(errors).toHaveLength(1)
  },
)
