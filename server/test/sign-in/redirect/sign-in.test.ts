import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { leastDifferent } from '../../support/randomness.ts'
import { type RawAnswer, RawClient } from '../../support/raw-client.ts'
import { adele, toCallback, World } from '../../support/world.ts'

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
  test('sends the browser to Entra with state, nonce and an S256 challenge', async () => {
    const { url } = await world.openBrowser().goTo('/auth/login', world.toEntra)
    const query = Object.fromEntries(url.searchParams)
    expect(url.pathname).toBe(`/${world.emulator.tenantId}/oauth2/v2.0/authorize`)
    expect(query).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: `${world.origin}/getAToken`,
      code_challenge_method: 'S256',
      prompt: 'select_account',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(query[name]).toMatch(/^[\w-]{43}$/)
    }
    expect(query['scope']?.split(' ').sort()).toEqual(
      ['User.Read', 'offline_access', 'openid', 'profile'].sort(),
    )
  })

  test('gives each sign-in a state, a nonce and a challenge of its own, of 256 random bits', async () => {
    const starts = await Promise.all(
      Array.from({ length: 20 }, () => world.openBrowser().goTo('/auth/login', world.toEntra)),
    )
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = starts.map(({ url }) => url.searchParams.get(name) ?? '')
      expect(leastDifferent(values)).toBeGreaterThan(10)
    }
  })

  test('passes hints on, and drops the picker for a named account', async () => {
    const path = '/auth/login?loginHint=alex%40contoso.onmicrosoft.com&domainHint=contoso.com'
    const { url } = await world.openBrowser().goTo(path, world.toEntra)
    expect(url.searchParams.get('login_hint')).toBe('alex@contoso.onmicrosoft.com')
    expect(url.searchParams.get('domain_hint')).toBe('contoso.com')
    expect(url.searchParams.has('prompt')).toBe(false)
  })

  test.each([
    ['cross-site', ''],
    ['cross-site', '?prompt=none&loginHint=alex%40contoso.onmicrosoft.com'],
    ['same-site', '?prompt=none'],
    ['same-site', '?prompt=login'],
    ['none', '?prompt=none'],
    [undefined, '?loginHint=alex%40contoso.onmicrosoft.com'],
  ])(
    'lets people choose their account when they come from elsewhere: %s %s',
    async (site, query) => {
      const { headers } = await request(`${world.origin}/auth/login${query}`, {
        headers: {
          ...(site !== undefined && { 'sec-fetch-site': site }),
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document',
        },
      })
      const url = new URL(String(headers['location']))
      expect(url.searchParams.get('prompt')).toBe('select_account')
    },
  )

  test('may be silent when a page of this app asks for that', async () => {
    const { url } = await world.openBrowser().goTo('/auth/login?prompt=none', world.toEntra)
    expect(url.searchParams.get('prompt')).toBe('none')
  })

  test('asks for no scope that no call needs', async () => {
    const { statusCode, body } = await request(`${world.origin}/auth/login?scopes=Mail.ReadWrite`)
    expect(statusCode).toBe(400)
    expect(await body.json()).toMatchObject({ code: 'invalid_request' })
  })

  test.each([
    ['iframe', 'navigate'],
    ['frame', 'navigate'],
    ['object', 'navigate'],
    ['embed', 'navigate'],
    ['image', 'no-cors'],
    ['script', 'no-cors'],
    ['empty', 'no-cors'],
    ['empty', 'cors'],
    ['document', 'no-cors'],
  ])('is refused to an element: %s, %s (#17)', async (destination, mode) => {
    const browser = world.openBrowser()
    const { status, json, headers } = await browser.fetch('/auth/login', {
      headers: { 'sec-fetch-dest': destination, 'sec-fetch-mode': mode },
    })
    expect(status).toBe(403)
    expect(json).toMatchObject({ code: 'csrf_failed' })
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('answers with less than 4 kB of headers, with the longest hints (#17)', async () => {
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

  test.each([
    ['loginHint', 'a'.repeat(321)],
    ['loginHint', '漢'.repeat(36)],
    ['domainHint', 'b'.repeat(129)],
  ])('says that a hint is too long: %s', async (name, value) => {
    const query = new URLSearchParams({ [name]: value }).toString()
    const { statusCode, body } = await request(`${world.origin}/auth/login?${query}`)
    expect(statusCode).toBe(400)
    expect(await body.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(`The query "${name}" is too long`) as string,
    })
  })

  test.each(['tx', 'err'])(
    'looks at ten cookies of a request that carries a thousand, and clears no others: %s (#17)',
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

  test('keeps at most five attempts in one browser, of a hundred, and the last ones (#17)', async () => {
    const browser = world.openBrowser()
    for (let tries = 0; tries < 99; tries += 1) await browser.goTo('/auth/login', world.toEntra)
    const last = await browser.goTo('/auth/login?returnTo=%2F%3Flast', world.toEntra)
    const attempts = Object.keys(await browser.cookies()).filter((name) => name.startsWith('tx-'))
    expect(attempts).toHaveLength(5)
    expect((await browser.goTo(last.url.href)).url.search).toBe('?last')
  })
})

test('no cookie is too large for a browser, and all together fit into a request (#17)', async () => {
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

describe('with PROMPT=auto', () => {
  test('Entra is sent no prompt, and signs in silently whom it knows', async () => {
    const own = await World.open({ PROMPT: 'auto' })
    const { url } = await own.openBrowser().goTo('/auth/login', own.toEntra)
    expect(url.searchParams.has('prompt')).toBe(false)
    const other = await own.openBrowser().goTo('/auth/login?prompt=select_account', own.toEntra)
    expect(other.url.searchParams.get('prompt')).toBe('select_account')
    await own.close()
  })

  test('people who come from elsewhere choose their account all the same', async () => {
    const own = await World.open({ PROMPT: 'auto' })
    const { headers } = await request(`${own.origin}/auth/login`, {
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(String(headers['location'])).toContain('prompt=select_account')
    await own.close()
  })
})

describe('finishing a sign-in', () => {
  test('gives a session that names the person, and no token', async () => {
    const browser = await world.signIn()
    const { status, json, text } = await browser.fetch('/api/session')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      authenticated: true,
      user: { name: 'Adele Vance', username: adele, tenantId: world.emulator.tenantId },
      calls: [
        { id: 'me', granted: true },
        { id: 'me/calendar', granted: false },
        { id: 'me/groups', granted: false },
      ],
    })
    expect(text).not.toMatch(/eyJ[\w-]{10}/)
  })

  test('returns to where the person was, with a clean address', async () => {
    const page = await world.openBrowser().goTo('/auth/login?returnTo=%2Fresult%2Fme%3Fa%3D1')
    expect(page.url.href).toBe(`${world.origin}/result/me?a=1`)
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    '/\t/evil.example',
    '/%5cevil.example',
    'https:evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '@evil.example',
    '/..//evil.example',
    '/a\r\nset-cookie: x=1',
    'http://localhost:1@evil.example',
    `/${'a'.repeat(4_096)}`,
  ])('returns home instead of to %j (#9)', async (returnTo) => {
    const query = new URLSearchParams({ returnTo }).toString()
    const page = await world.openBrowser().goTo(`/auth/login?${query}`)
    expect(page.url.href).toBe(`${world.origin}/`)
  })

  test('replaces a cookie that was planted before, and ends the session behind it (#8)', async () => {
    const browser = await world.signIn()
    const before = (await browser.cookies())[world.sessionCookie]
    await world.signIn(browser)
    const after = (await browser.cookies())[world.sessionCookie]
    expect(after).not.toBe(before)
    expect(await sessionOf(String(before))).toMatchObject({
      authenticated: false,
      reason: 'revoked',
    })
  })

  test.each(['signed by nobody', 'of a session that has ended', "of somebody else's session"])(
    'takes over no cookie that came along with the answer of Entra: %s (#8)',
    async (kind) => {
      const stranger = await world.signIn()
      const signed = String((await stranger.cookies())[world.sessionCookie])
      if (kind === 'of a session that has ended') await stranger.submit('/auth/logout')
      const before = kind === 'signed by nobody' ? `${'a'.repeat(43)}.${'b'.repeat(43)}` : signed
      const browser = world.openBrowser()
      const { url } = await browser.goTo('/auth/login', toCallback)
      const own = await browser.cookieHeader()
      const answer = await fetch(url, {
        headers: { cookie: `${own}; ${world.sessionCookie}=${before}` },
        redirect: 'manual',
      })
      expect(answer.headers.get('location')).toBe('/')
      const after = answer.headers
        .getSetCookie()
        .filter((line) => line.startsWith(`${world.sessionCookie}=`))
        .map((line) => /=([^;]*)/.exec(line)?.[1] ?? '')
        .at(-1)
      expect(after).toMatch(/^[\w-]{43}\.[\w-]{43}$/)
      expect(after?.split('.')[0]).not.toBe(before.split('.')[0])
      expect(await sessionOf(String(after))).toMatchObject({ authenticated: true })
      expect(await sessionOf(before)).toMatchObject({ authenticated: false })
    },
  )

  test('of another person in the same browser answers with that person alone', async () => {
    const browser = await world.signIn()
    await browser.fetch('/api/me')
    world.emulator.signInAutomaticallyAs('AlexW@contoso.onmicrosoft.com')
    await world.signIn(browser)
    const { json } = await browser.fetch('/api/me')
    expect(json).toMatchObject({ displayName: 'Alex Wilber' })
  })

  test('in two tabs at once works in both', async () => {
    const browser = world.openBrowser()
    const first = await browser.goTo('/auth/login?returnTo=%2F%3Ftab%3D1', world.toEntra)
    const second = await browser.goTo('/auth/login?returnTo=%2F%3Ftab%3D2', world.toEntra)
    expect((await browser.goTo(first.url.href)).url.search).toBe('?tab=1')
    const between = (await browser.cookies())[world.sessionCookie]
    expect((await browser.goTo(second.url.href)).url.search).toBe('?tab=2')
    expect(await sessionOf(String(between))).toMatchObject({ reason: 'revoked' })
  })
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

async function sessionOf(cookie: string): Promise<unknown> {
  const answer = await fetch(`${world.origin}/api/session`, {
    headers: { cookie: `${world.sessionCookie}=${cookie}`, 'x-csrf': '1' },
  })
  return answer.json()
}
