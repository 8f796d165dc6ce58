import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
import { sendRaw } from '../support/raw.ts'
import { useScriptedApi } from '../support/scripted-api.ts'
import { World } from '../support/world.ts'

const api = useScriptedApi('/auth/login', {
  calls: (settings) => [
    ...callsOf(settings),
    {
      id: 'files/:name/versions/:version',
      title: 'A version of a file',
      method: 'GET',
      resource: settings.graph,
      path: '/v1.0/files/{name}/versions/{version}',
      params: { name: Type.String(), version: Type.String({ pattern: '^\\d{1,4}$' }) },
      scopes: ['User.Read'],
      answer: 'json',
    },
  ],
})

/** Sends a target as it is: a client would resolve its dots. */
async function get(target: string) {
  return sendRaw(api.world.origin, [
    `GET ${target} HTTP/1.1`,
    `Host: ${new URL(api.world.origin).host}`,
    `Cookie: ${await api.browser.cookieHeader()}`,
    'X-CSRF: 1',
  ])
}

describe('a parameter of a call (#18)', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['a%20b', 'a%20b'],
    ['a;b=c', 'a%3Bb%3Dc'],
    ['@evil.example', '%40evil.example'],
    ['http:evil', 'http%3Aevil'],
    ['a%3Fb%23c', 'a%3Fb%23c'],
    ['%C3%A9', '%C3%A9'],
    ['a+b&c', 'a%2Bb%26c'],
    ['...', '...'],
    ['{version}', '%7Bversion%7D'],
    ['a$&', 'a%24%26'],
    ["O'Brien", "O'Brien"],
    ['report%20(1).pdf', 'report%20(1).pdf'],
  ])('the value %s fills one segment of the path, as %s', async (value, sent) => {
    expect((await get(`/api/files/${value}/versions/7`)).status).toBe(200)
    expect(api.upstream.requests.map(({ url }) => url)).toEqual([`/v1.0/files/${sent}/versions/7`])
  })

  test.each([
    '..',
    '.',
    '%2e%2e',
    '%2E.',
    '%2e',
    '',
    'a%2fb',
    '..%2f..%2fusers',
    'a%5cb',
    'a\\b',
    '%252e%252e',
    '%252fusers',
    '100%25',
    '%00',
    'a%0d%0aHost:%20evil.example',
    '%09',
    '%7f',
    '%ff',
    '%zz',
  ])('a value that could leave its segment is refused, and reaches no API: %j', async (value) => {
    const { status } = await get(`/api/files/${value}/versions/7`)
    expect([400, 404]).toContain(status)
    expect(api.upstream.requests).toHaveLength(0)
  })

  test.each(['$count', '%24value', '$&', 'delta()', 'microsoft.graph.delta(token=x)', 'a%29'])(
    'a value that OData reads as more than a value is a 400, and reaches no API: %s',
    async (value) => {
      const { status, body } = await get(`/api/files/${value}/versions/7`)
      expect([status, JSON.parse(body)]).toMatchObject([
        400,
        {
          code: 'invalid_request',
          detail: expect.stringContaining('The parameter name') as string,
        },
      ])
      expect(api.upstream.requests).toHaveLength(0)
    },
  )

  test.each(['x', '12345', '7%20', '%2e%2e'])(
    'a value that does not fit its schema is a 400 that names the parameter: %s',
    async (value) => {
      const { status, body } = await get(`/api/files/a/versions/${value}`)
      expect(status).toBe(400)
      expect(JSON.parse(body)).toMatchObject({
        code: 'invalid_request',
        detail: expect.stringContaining('params/version') as string,
      })
      expect(api.upstream.requests).toHaveLength(0)
    },
  )

  test('a value that is longer than any id is refused, and reaches no API', async () => {
    const { status } = await get(`/api/files/${'a'.repeat(513)}/versions/7`)
    expect(status).toBe(400)
    expect(api.upstream.requests).toHaveLength(0)
  })

  test('a stranger learns nothing of the form of a parameter', async () => {
    const answer = await fetch(`${api.world.origin}/api/files/a/versions/x`)
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: 'not_signed_in' }])
  })
})

describe('an event of the calendar', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open()
  })
  afterAll(() => world.close())

  test('an event is read by its id, and an id without an event is a 404', async () => {
    const browser = world.openBrowser()
    await browser.goTo('/auth/login?scopes=User.Read+Calendars.Read')
    const list = (await browser.fetch('/api/me/calendar')).json as {
      value: { id: string; subject: string }[]
    }
    const [first] = list.value
    const found = await browser.fetch(`/api/me/events/${first?.id ?? ''}`)
    expect([found.status, found.json]).toMatchObject([200, { subject: first?.subject }])
    const other = await browser.fetch(`/api/me/events/AAMk${'x'.repeat(40)}`)
    expect([other.status, other.json]).toMatchObject([404, { code: 'not_found' }])
  })

  test.each(['delta', '$count', 'a'.repeat(501)])(
    'what is no id of an event reaches no API: %s',
    async (id) => {
      const browser = await world.signIn()
      world.emulator.clearRequests()
      expect((await browser.fetch(`/api/me/events/${id}`)).status).toBe(400)
      expect(world.emulator.requests('graph')).toHaveLength(0)
    },
  )
})
