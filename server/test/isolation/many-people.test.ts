import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { toCallback, World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(() => world.close())

interface Visitor {
  browser: Browser
  id: string
  username: string
  displayName: string
}

/** People go to Entra one by one, and finish their sign-ins at the same time. */
async function signInTogether(count: number): Promise<Visitor[]> {
  const { tenantId, users } = world.emulator
  const people = users.filter((user) => user.tenantId === tenantId)
  const visitors: Visitor[] = []
  const callbacks: URL[] = []
  for (let index = 0; index < count; index += 1) {
    const person = people[index % people.length]
    if (!person) throw new Error('nobody is there')
    world.emulator.signInAutomaticallyAs(person.username)
    const browser = world.openBrowser()
    const scopes = ['User.Read', 'Calendars.Read'].join('+')
    callbacks.push((await browser.goTo(`/auth/login?scopes=${scopes}`, toCallback)).url)
    visitors.push({ browser, ...person })
  }
  const pages = await Promise.all(
    visitors.map(({ browser }, index) => browser.goTo(callbacks[index]?.href ?? '')),
  )
  expect(pages.map(({ url }) => url.pathname)).toEqual(pages.map(() => '/'))
  return visitors
}

/** Calls, and what the answer must say of the person who calls. */
const questions: { path: string; mine: (visitor: Visitor) => object }[] = [
  { path: '/api/me', mine: ({ id, displayName }) => ({ id, displayName }) },
  { path: '/api/session', mine: ({ id, username }) => ({ user: { id, username } }) },
  {
    path: '/api/me/calendar',
    mine: ({ id }) => ({ '@odata.context': expect.stringContaining(`'${id}'`) as string }),
  },
]

/** A sequence that looks random and is always the same. */
function* dice(seed: number): Generator<number> {
  for (let state = seed; ; state = (state * 1_103_515_245 + 12_345) % 2 ** 31) yield state >> 8
}

describe('twenty people at once, thirty requests each (#36)', () => {
  test('twenty people at once get nobody else’s name, calendar or token', async () => {
    const visitors = await signInTogether(20)
    world.emulator.clearRequests()
    const numbers = dice(36)
    for (let round = 0; round < 30; round += 1) {
      // Halfway all tokens end at once, and all are refreshed in the same moment.
      if (round === 15) later(58)
      const answers = visitors
        .map((visitor) => ({ visitor, order: numbers.next().value as number }))
        .sort((a, b) => a.order - b.order)
        .map(async ({ visitor, order }) => {
          const question = questions[(order + round) % questions.length]
          const { status, json } = await visitor.browser.fetch(question?.path ?? '')
          return { status, json, expected: question?.mine(visitor) }
        })
      for (const { status, json, expected } of await Promise.all(answers)) {
        expect(status).toBe(200)
        expect(json).toMatchObject(expected ?? {})
      }
    }
    const tokens = world.emulator.requests('token').map(({ form }) => form['refresh_token'])
    expect(new Set(tokens).size).toBe(20)
    const sent = world.emulator.requests('me').map(({ headers }) => headers.authorization)
    expect(new Set(sent).size).toBeGreaterThan(20)
  })

  test('a person who signs out signs nobody else out', async () => {
    const visitors = await signInTogether(7)
    const [first, ...others] = visitors
    await first?.browser.submit('/auth/logout')
    expect((await first?.browser.fetch('/api/me'))?.status).toBe(401)
    for (const { browser, displayName } of others) {
      expect((await browser.fetch('/api/me')).json).toMatchObject({ displayName })
    }
  })
})

describe('simultaneous writes (#26)', () => {
  const calls = ['/api/me', '/api/me/photo', '/api/me/calendar']
  const all = 'User.Read+Calendars.Read'

  test('simultaneous calls with different permissions lose neither the session nor a token', async () => {
    world.emulator.signInAutomaticallyAs('AdeleV@contoso.onmicrosoft.com')
    const browser = world.openBrowser()
    await browser.goTo(`/auth/login?scopes=${all}`)
    // New tokens and the time of the last use are due, so each call writes both.
    later(58)
    const answers = await Promise.all([...calls, ...calls].map((path) => browser.fetch(path)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    world.emulator.clearRequests()
    later(50)
    for (const path of calls) expect((await browser.fetch(path)).status).toBe(200)
    expect(world.emulator.requests('token')).toHaveLength(0)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('two simultaneous sign-ins of one browser end in one session that works', async () => {
    const browser = world.openBrowser()
    const first = await browser.goTo('/auth/login', toCallback)
    const second = await browser.goTo('/auth/login', toCallback)
    const pages = await Promise.all([browser.goTo(first.url.href), browser.goTo(second.url.href)])
    expect(pages.map(({ url }) => url.pathname)).toEqual(['/', '/'])
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('consent that is given during calls is not lost', async () => {
    world.emulator.signInAutomaticallyAs('GradyA@contoso.onmicrosoft.com')
    const browser = await world.signIn()
    later(58)
    const { url } = await browser.goTo(`/auth/login?scopes=${all}`, toCallback)
    const calls = Array.from({ length: 8 }, () => browser.fetch('/api/me'))
    const page = await browser.goTo(url.href)
    expect(page.url.pathname).toBe('/')
    // Calls of the previous session are answered, or get a 401.
    for (const { status } of await Promise.all(calls)) expect([200, 401]).toContain(status)
    expect((await browser.fetch('/api/me/calendar')).status).toBe(200)
    expect((await browser.fetch('/api/session')).json).toMatchObject({
      user: { name: 'Grady Archie' },
    })
  })
})
