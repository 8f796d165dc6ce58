import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SampleEvent } from '../src/graph/sample-data.ts'
import { startEmulator, type Emulator } from '../src/index.ts'
import { callGraph, client, tokensOf } from './support/sign-in.ts'

const json = { 'content-type': 'application/json' }

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

test('me is the signed-in user in Graph’s shape', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance')
  const response = await callGraph(emulator, '/me', access, { 'client-request-id': 'abc' })
  expect(response.headers.get('request-id')).toMatch(/^[\da-f-]{36}$/)
  expect(response.headers.get('client-request-id')).toBe('abc')
  expect(await response.json()).toMatchObject({
    '@odata.context': `${emulator.url}/v1.0/$metadata#users/$entity`,
    displayName: 'Adele Vance',
    userPrincipalName: 'AdeleV@contoso.onmicrosoft.com',
  })
})

test('a missing or foreign token is a 401 with a challenge', async () => {
  const { body } = await tokensOf(emulator, 'Adele Vance')
  for (const token of ['nonsense', String(body['id_token'])]) {
    const response = await callGraph(emulator, '/me', token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(await response.json()).toMatchObject({ error: { code: 'InvalidAuthenticationToken' } })
  }
})

test('a scope that was not granted is a 403', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance')
  for (const path of ['/me/calendar/events', '/me/memberOf']) {
    expect((await callGraph(emulator, path, access)).status).toBe(403)
  }
})

test('groups are paged, and nextLink leads to the next page', async () => {
  const { access } = await tokensOf(emulator, 'Megan Bowen', 'openid GroupMember.Read.All')
  const names: unknown[] = []
  let path = '/me/memberOf?$top=5'
  for (let pages = 0; path && pages < 5; pages += 1) {
    const body = (await (await callGraph(emulator, path, access)).json()) as {
      value: unknown[]
      '@odata.nextLink'?: string
    }
    names.push(...body.value)
    path = body['@odata.nextLink']?.replace(emulator.graphUrl, '') ?? ''
  }
  expect(names).toHaveLength(12)
})

test('a photo is a JPEG with an ETag, and a user without a photo gets 404', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance')
  const response = await callGraph(emulator, '/me/photo/$value', access)
  expect(response.headers.get('content-type')).toBe('image/jpeg')
  const bytes = Buffer.from(await response.arrayBuffer())
  expect([bytes.subarray(0, 3), bytes.subarray(-2)].map((part) => part.toString('hex'))).toEqual([
    'ffd8ff',
    'ffd9',
  ])
  const etag = { 'if-none-match': response.headers.get('etag') ?? '' }
  expect((await callGraph(emulator, '/me/photos/240x240/$value', access, etag)).status).toBe(304)
  const { access: alex } = await tokensOf(emulator, 'Alex Wilber')
  const missing = await callGraph(emulator, '/me/photo/$value', alex)
  expect(missing.status).toBe(404)
  expect(await missing.json()).toMatchObject({ error: { code: 'ImageNotFound' } })
})

test('events need Calendars.Read', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Calendars.Read')
  const response = await callGraph(emulator, '/me/calendar/events', access)
  expect(((await response.json()) as { value: unknown[] }).value.length).toBeGreaterThan(0)
})

test('events come in pages, and a number that is none is a 400', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Calendars.Read')
  const page = async (path: string) => {
    const response = await callGraph(emulator, path, access)
    const body = (await response.json()) as { value: { id: string }[]; '@odata.nextLink'?: string }
    return { ids: body.value.map(({ id }) => id), next: body['@odata.nextLink'] }
  }
  const all = await page('/me/events')
  const [first, ...others] = all.ids
  const one = await page('/me/events?$top=1&$select=subject')
  expect(one.ids).toEqual([first])
  const { search } = new URL(one.next ?? '')
  expect(Object.fromEntries(new URLSearchParams(search))).toEqual({
    $top: '1',
    $select: 'subject',
    $skip: '1',
  })
  const rest = await page(`/me/events${search.replace('top=1', 'top=99')}`)
  expect(rest).toEqual({ ids: others, next: undefined })
  expect((await callGraph(emulator, '/me/events?$top=some', access)).status).toBe(400)
})

describe('a calendar view', () => {
  const dayMs = 24 * 3600 * 1000
  const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString()
  const view = async (query: Record<string, string>) => {
    const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Calendars.Read')
    const path = `/me/calendarView?${new URLSearchParams(query).toString()}`
    const answer = await callGraph(emulator, path, access)
    return { status: answer.status, body: (await answer.json()) as { value: SampleEvent[] } }
  }
  const month = { startDateTime: day(0), endDateTime: day(30) }

  test('it has the events of its window alone', async () => {
    const { body } = await view(month)
    const all = await view({ startDateTime: day(-30), endDateTime: day(30) })
    expect(body.value.length).toBeGreaterThan(0)
    expect(all.body.value.length).toBeGreaterThan(body.value.length)
    for (const { start } of body.value) {
      expect(Date.parse(`${start.dateTime}Z`)).toBeGreaterThan(Date.parse(month.startDateTime))
    }
    const past = { startDateTime: day(-30).slice(0, 19), endDateTime: day(-20).slice(0, 10) }
    expect(await view(past)).toMatchObject({ status: 200, body: { value: [] } })
  })

  test('without both ends of its window, or with what is no time, it is a 400', async () => {
    const { startDateTime, endDateTime } = month
    const ends = [
      {},
      { startDateTime },
      { endDateTime },
      { startDateTime, endDateTime: 'tomorrow' },
      { startDateTime: '2026-01-01T19:00:00 05:30', endDateTime },
    ]
    for (const query of ends) {
      expect(await view(query)).toMatchObject({
        status: 400,
        body: { error: { code: 'ErrorInvalidParameter' } },
      })
    }
  })

  test('it is sorted by the start, and by nothing else', async () => {
    const startsOf = async ($orderby: string) => {
      const { body } = await view({ ...month, $orderby })
      return body.value.map(({ start }) => start.dateTime)
    }
    const starts = await startsOf('start/dateTime')
    expect(starts).toEqual(starts.toSorted())
    expect(await startsOf('start/dateTime desc')).toEqual(starts.toReversed())
    for (const $orderby of ['start', 'color', 'start/dateTime up', '']) {
      expect((await view({ ...month, $orderby })).status).toBe(400)
    }
  })

  test('each event has what was selected, its id and its ETag', async () => {
    const { body } = await view({ ...month, $select: 'subject, start' })
    for (const event of body.value) {
      expect(Object.keys(event).sort()).toEqual(['@odata.etag', 'id', 'start', 'subject'])
    }
  })
})

test('an event is found by its id, and only by its owner', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Calendars.Read')
  const list = await callGraph(emulator, '/me/calendar/events', access)
  const [first] = ((await list.json()) as { value: { id: string; subject: string }[] }).value
  const path = `/me/events/${encodeURIComponent(first?.id ?? '')}`
  expect(await (await callGraph(emulator, path, access)).json()).toMatchObject({
    '@odata.context': expect.stringContaining('/events/$entity') as string,
    subject: first?.subject,
  })
  const { access: alex } = await tokensOf(emulator, 'Alex Wilber', 'openid Calendars.Read')
  const foreign = await callGraph(emulator, path, alex)
  expect(foreign.status).toBe(404)
  expect(await foreign.json()).toMatchObject({ error: { code: 'ErrorItemNotFound' } })
})

test('an id that Exchange would not give is a 400', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Calendars.Read')
  for (const id of ['1', '%zz', '..%2f..']) {
    const answer = await callGraph(emulator, `/me/events/${id}`, access)
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: 'ErrorInvalidIdMalformed' } },
    ])
  }
})

test('the content of a message comes as a stream, and needs Mail.Read', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid Mail.Read')
  const answer = await callGraph(emulator, '/me/messages/AAMkAA/$value', access)
  expect(answer.headers.get('content-length')).toBeNull()
  const text = await answer.text()
  expect(text.length).toBeGreaterThan(100_000)
  expect(text).toMatch(/^From: "Adele Vance" <AdeleV@contoso.onmicrosoft.com>\r\n/)
  const { access: plain } = await tokensOf(emulator, 'Alex Wilber')
  expect((await callGraph(emulator, '/me/messages/AAMkAA/$value', plain)).status).toBe(403)
})

describe('PATCH /me', () => {
  const patch = (token: string, body: unknown, headers: Record<string, string> = json) =>
    fetch(`${emulator.graphUrl}/me`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('a member changes the own mobile phone, and reads it back', async () => {
    const { access } = await tokensOf(emulator, 'Adele Vance', 'openid User.ReadWrite')
    for (const mobilePhone of ['+1 425 555 0199', null]) {
      const answer = await patch(access, { mobilePhone })
      expect([answer.status, await answer.text()]).toEqual([204, ''])
      const me = await callGraph(emulator, '/me', access)
      expect(await me.json()).toMatchObject({ displayName: 'Adele Vance', mobilePhone })
    }
  })

  test.each([
    ['an unknown property', { nickname: 'Ada' }, json, 400, 'Request_BadRequest'],
    ['an inherited name', { toString: 'x' }, json, 400, 'Request_BadRequest'],
    ['a value of another type', { mobilePhone: 1 }, json, 400, 'Request_BadRequest'],
    [
      'a property that is not the member’s',
      { jobTitle: 'CEO' },
      json,
      403,
      'Authorization_RequestDenied',
    ],
    ['a list', [], json, 400, 'BadRequest'],
    ['broken JSON', '{', json, 400, 'BadRequest'],
    ['a body of another type', {}, { 'content-type': 'text/plain' }, 400, 'BadRequest'],
  ])('%s is refused, and changes nothing', async (_name, body, headers, status, code) => {
    const { access } = await tokensOf(emulator, 'Adele Vance', 'openid User.ReadWrite')
    const before = await (await callGraph(emulator, '/me', access)).json()
    const answer = await patch(access, body, headers)
    expect([answer.status, await answer.json()]).toMatchObject([status, { error: { code } }])
    expect(await (await callGraph(emulator, '/me', access)).json()).toEqual(before)
  })

  test('an administrator changes more of the own profile', async () => {
    const { access } = await tokensOf(emulator, 'Megan Bowen', 'openid User.ReadWrite')
    expect((await patch(access, { jobTitle: 'CEO' })).status).toBe(204)
  })

  test('a token without User.ReadWrite is a 403', async () => {
    const { access } = await tokensOf(emulator, 'Adele Vance')
    const answer = await patch(access, { mobilePhone: null })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ error: { code: 'Authorization_RequestDenied' } })
  })

  test('a method that a resource does not have is a 405', async () => {
    const { access } = await tokensOf(emulator, 'Adele Vance')
    const headers = { authorization: `Bearer ${access}` }
    const answer = await fetch(`${emulator.graphUrl}/me`, { method: 'DELETE', headers })
    expect(answer.status).toBe(405)
  })
})
