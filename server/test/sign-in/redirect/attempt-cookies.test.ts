import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RawAnswer, RawClient } from '../../support/raw-client.ts'
import { adele, World } from '../../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
beforeEach(() => {
  world.emulator.signInAutomaticallyAs(adele)
  world.emulator.clearRequests()
})
afterAll(() => world.close())

describe('starting a sign-in', () => {
  test('starting a sign-in answers with less than 4 kB of headers, with the longest hints (#17)', async () => {
    const browser = world.openBrowser()
    for (let tries = 0; tries < 5; tries += 1) await browser.goTo('/auth/login', world.toEntra)
    await world.signIn(browser)
    const query = new URLSearchParams({
      loginHint: '漢'.repeat(35) + 'a'.repeat(5),
      domainHint: 'b'.repeat(128),
      returnTo: `/${'a'.repeat(511)}`,
      scopes: 'User.Read Calendars.Read GroupMember.Read.All',
    })
    const { status, head } = await rawStart(await browser.cookieHeader(), query)
    expect(status).toBe(302)
    expect(head.length).toBeLessThan(3_900)
  })

  test.each(['tx', 'err'])(
    'starting a sign-in looks at ten of a thousand cookies, and clears no others: %s (#17)',
    async (kind) => {
      const { port } = new URL(world.origin)
      const names = Array.from({ length: 1_000 }, (_, index) => `${kind}-${port}-${String(index)}`)
      const cookie = names.map((name) => `${name}=`).join('; ')
      const { status, headers } = await rawStart(cookie, new URLSearchParams('prompt=bad'))
      const page = await rawStart(cookie, new URLSearchParams())
      expect([status, page.status]).toEqual([303, 302])
      for (const answer of [headers, page.headers]) {
        const lines = answer.filter(([name]) => name === 'set-cookie').map(([, line]) => line)
        expect(lines.length).toBeLessThanOrEqual(11)
        expect(lines.join('').length).toBeLessThan(3_000)
      }
    },
  )

  test('a browser keeps the last five of a hundred sign-in attempts (#17)', async () => {
    const browser = world.openBrowser()
    for (let tries = 0; tries < 99; tries += 1) await browser.goTo('/auth/login', world.toEntra)
    const last = await browser.goTo('/auth/login?returnTo=%2F%3Flast', world.toEntra)
    const attempts = Object.keys(await browser.cookies()).filter((name) => name.startsWith('tx-'))
    expect(attempts).toHaveLength(5)
    expect((await browser.goTo(last.url.href)).url.search).toBe('?last')
  })
})

test('no cookie is too large for a browser, and all cookies together fit into a request (#17)', async () => {
  const browser = world.openBrowser()
  const long = [`/${'漢'.repeat(1_000)}`, `/${'?&'.repeat(250)}`, `/${'a'.repeat(511)}`]
  const scopes = Array.from({ length: 140 }, () => 'User.Read').join(' ')
  for (const returnTo of [...long, ...long]) {
    const query = new URLSearchParams({ returnTo, scopes }).toString()
    await browser.goTo(`/auth/login?${query}`, world.toEntra)
  }
  const failed = await browser.goTo('/getAToken?state=x')
  expect(failed.url.pathname).toBe('/error')
  const pairs = Object.entries(await browser.cookies()).map(([name, value]) => `${name}=${value}`)
  expect(pairs).toHaveLength(6)
  expect(Math.max(...pairs.map((pair) => pair.length))).toBeLessThan(4_096)
  expect(pairs.join('; ').length).toBeLessThan(10_000)
})

/** A navigation with just these cookies, byte for byte. */
async function rawStart(cookie: string, query: URLSearchParams): Promise<RawAnswer> {
  const client = new RawClient(Number(new URL(world.origin).port))
  const answer = await client.send({
    method: 'GET',
    target: `/auth/login?${query.toString()}`,
    headers: [
      ['accept', 'text/html'],
      ['sec-fetch-site', 'same-origin'],
      ['cookie', cookie],
    ],
  })
  client.close()
  return answer
}
