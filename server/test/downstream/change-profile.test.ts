import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.clearRequests()
})
afterAll(() => world.close())

const change = (body: unknown) =>
  ({
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }) as const

test('PATCH /api/me asks for consent to its permission alone, then changes the mobile phone', async () => {
  const browser = await world.signIn()
  const { status, json } = await browser.fetch(
    '/api/me',
    change({ mobilePhone: '+1 425 555 0199' }),
  )
  expect([status, json]).toMatchObject([403, { code: 'consent_required' }])
  const { href } = (json as { login: { href: string } }).login
  expect(new URL(href, world.origin).searchParams.get('scopes')).toBe('User.ReadWrite')
  await browser.goTo(href)
  for (const mobilePhone of ['+1 425 555 0199', null]) {
    const changed = await browser.fetch('/api/me', change({ mobilePhone }))
    expect([changed.status, changed.text]).toEqual([204, ''])
    expect((await browser.fetch('/api/me')).json).toMatchObject({ mobilePhone })
  }
})

test.each([
  [{ mobilePhone: '1; DROP' }, 'body/mobilePhone'],
  [{ mobilePhone: 7 }, 'body/mobilePhone'],
  [{ mobilePhone: '1'.repeat(65) }, 'body/mobilePhone'],
  [{ mobilePhone: null, accountEnabled: false }, 'body'],
  [{ jobTitle: 'CEO' }, 'body'],
  [{}, 'body'],
])('PATCH /api/me with %j is a 400, and Graph is not asked', async (body, path) => {
  const browser = await world.signIn()
  const { status, json } = await browser.fetch('/api/me', change(body))
  expect([status, json]).toMatchObject([
    400,
    { code: 'invalid_request', detail: expect.stringContaining(path) as string },
  ])
  expect(world.emulator.requests('me')).toHaveLength(0)
})

test('the Welcome view offers to read the profile, and not to change it', async () => {
  const browser = await world.signIn()
  const { calls } = (await browser.fetch('/api/session')).json as { calls: { title: string }[] }
  const titles = calls.map(({ title }) => title)
  expect(titles).toContain('Your profile')
  expect(titles).not.toContain('Change your profile')
})
