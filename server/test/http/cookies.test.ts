import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registrationAt, World } from '../support/world.ts'

const publicUrl = 'https://app.example.com'
let world: World
let setCookies: string[]
beforeAll(async () => {
  world = await World.open({ PUBLIC_URL: publicUrl, DEVICE_LOGIN: 'on' })
  world.emulator.registerClient(registrationAt(publicUrl))
  setCookies = await everyCookieSet()
})
afterAll(() => world.close())

async function ask(path: string, method: 'GET' | 'POST' = 'GET', cookie?: string) {
  const headers = { 'x-csrf': '1', ...(cookie && { cookie }) }
  const answer = await request(`${world.origin}${path}`, { method, headers })
  const lines = [answer.headers['set-cookie'] ?? []].flat()
  return { location: String(answer.headers['location']), lines }
}

/** The cookies that a sign-in, a failed sign-in and a device login set. */
async function everyCookieSet(): Promise<string[]> {
  const start = await ask('/auth/login')
  const entra = await request(start.location)
  const back = new URL(String(entra.headers['location']))
  const own = start.lines[0]?.split(';')[0]
  const done = await ask(`${back.pathname}${back.search}`, 'GET', own)
  const failed = await ask('/getAToken?state=x')
  const device = await ask('/api/device-logins', 'POST')
  const lines = [start, done, failed, device].flatMap((answer) => answer.lines)
  return lines.filter((line) => !line.includes('Max-Age=0'))
}

test.each([
  ['sid', 'Strict'],
  ['tx', 'Lax'],
  ['last', 'Lax'],
  ['err', 'Strict'],
  ['device', 'Strict'],
])(
  'behind https the cookie %s is HttpOnly, Secure and SameSite=%s, with the prefix and no domain',
  (name, sameSite) => {
    const lines = setCookies.filter((line) => line.startsWith(`__Host-Http-${name}`))
    expect(lines).toHaveLength(1)
    const [, ...attributes] = lines[0]?.split('; ') ?? []
    const others = attributes.filter((attribute) => !/^(Max-Age|Expires)=/.test(attribute))
    expect(others.sort()).toEqual(['HttpOnly', 'Path=/', `SameSite=${sameSite}`, 'Secure'])
  },
)

test('the server sets five cookies and no others', () => {
  const names = setCookies.map((line) => /^__Host-Http-([a-z]+)/.exec(line)?.[1])
  expect(names.sort()).toEqual(['device', 'err', 'last', 'sid', 'tx'])
})

test('behind https, cookies have the prefix that only this server can set', async () => {
  const secure = await World.open({ PUBLIC_URL: 'https://app.example.com' })
  const { headers } = await request(`${secure.origin}/auth/login`)
  expect(headers['set-cookie']).toMatch(
    /^__Host-Http-tx-[\da-f]{16}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  await secure.close()
})
