import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { callGraph, client, tokensOf } from './support/sign-in.ts'

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
