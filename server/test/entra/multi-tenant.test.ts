import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adele, World } from '../support/world.ts'

const contoso = '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10'
const fabrikam = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'
const robin = 'RobinK@fabrikam.onmicrosoft.com'

let world: World
beforeAll(async () => {
  // A restart must forget all sessions.
  world = await World.open({ SESSION_STORE: 'memory:' })
})
afterAll(() => world.close())

/** Restarts the server, so that it has fetched no document and no keys. */
async function restart(settings: Record<string, string> = {}): Promise<void> {
  await world.stopServer()
  await world.startServer({ AUTHORITY: `${world.emulator.url}/common`, ...settings })
}

async function outcome(username: string): Promise<unknown> {
  world.emulator.signInAutomaticallyAs(username)
  const browser = world.openBrowser()
  const page = await browser.goTo('/auth/login')
  if (page.url.pathname === '/') return (await browser.fetch('/api/session')).json
  expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  return await browser.reportOf(page)
}

/** Answers the next request for keys as if this issuer alone could use them. */
async function planKeysOf(issuer: string): Promise<void> {
  const answer = await fetch(`${world.emulator.url}/common/discovery/v2.0/keys`)
  const { keys } = (await answer.json()) as { keys: object[] }
  const body = { keys: keys.map((key) => ({ ...key, issuer })) }
  world.emulator.failNext('keys', { status: 200, body })
}

describe('the authority common (#7)', () => {
  beforeAll(() => restart())

  test.each([
    [adele, contoso],
    [robin, fabrikam],
  ])('with the authority common, %s signs in, of tenant %s', async (username, tenantId) => {
    expect(await outcome(username)).toMatchObject({ user: { username, tenantId } })
  })

  test.each<[string, Record<string, unknown>]>([
    ['names another tenant than its issuer', { tid: fabrikam }],
    ['has the issuer of another tenant', { iss: `ISSUER/${fabrikam}/v2.0` }],
    ['has the issuer as a template', { iss: 'ISSUER/{tenantid}/v2.0' }],
    ['has a template for a tenant', { iss: 'ISSUER/{tenantid}/v2.0', tid: '{tenantid}' }],
    ['has the alias for a tenant', { iss: 'ISSUER/common/v2.0', tid: 'common' }],
    ['has a tenant that leads elsewhere', { iss: 'ISSUER/../v2.0', tid: '..' }],
    ['has a tenant in capitals', { tid: contoso.toUpperCase() }],
    ['has a list of tenants', { tid: [contoso] }],
    ['is of version 1', { iss: `https://sts.windows.net/${contoso}/` }],
    ['is of another host', { iss: `https://login.evil.example/${contoso}/v2.0` }],
  ])('an ID token that %s is refused', async (_name, change) => {
    const text = JSON.stringify(change).replaceAll('ISSUER', world.emulator.url)
    const changed = JSON.parse(text) as Record<string, unknown>
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, ...changed }))
    expect(await outcome(adele)).toMatchObject({ code: 'id_token_invalid' })
  })
})

test('with the authority of personal accounts, people of no organization sign in', async () => {
  await restart({ AUTHORITY: `${world.emulator.url}/consumers` })
  const tenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'
  expect(await outcome('patti@outlook.com')).toMatchObject({ user: { tenantId } })
})

test('two tenants that use the same object id have two people (#7)', async () => {
  await restart()
  world.emulator.signInAutomaticallyAs(adele)
  const own = await world.signIn()
  const iss = `${world.emulator.url}/${fabrikam}/v2.0`
  world.emulator.tamperNextIdToken((claims) => ({ ...claims, tid: fabrikam, iss }))
  const foreign = await world.signIn()
  expect((await foreign.fetch('/api/session')).json).toMatchObject({ user: { tenantId: fabrikam } })
  for (const browser of [own, foreign]) {
    expect((await browser.fetch('/api/sessions')).json).toHaveLength(1)
  }
})

describe('a signing key (#7)', () => {
  test.each([
    ['of the same tenant', `/${contoso}/v2.0`, true],
    ['of every tenant', '/{tenantid}/v2.0', true],
    ['of another tenant', `/${fabrikam}/v2.0`, false],
    ['of another version', `/${contoso}/`, false],
  ])(
    'a signing key %s may sign for a person of contoso or not: %s %s',
    async (_name, path, isGood) => {
      await restart()
      await planKeysOf(`${world.emulator.url}${path}`)
      const expected = isGood ? { authenticated: true } : { code: 'id_token_invalid' }
      expect(await outcome(adele)).toMatchObject(expected)
    },
  )

  test('a signing key of another tenant is refused under an authority of one tenant too', async () => {
    await restart({ AUTHORITY: world.emulator.authority })
    await planKeysOf(`${world.emulator.url}/${fabrikam}/v2.0`)
    expect(await outcome(adele)).toMatchObject({ code: 'id_token_invalid' })
  })
})

describe('with ALLOWED_TENANTS (#7)', () => {
  test('a person of a tenant outside ALLOWED_TENANTS is told so, and is not signed in', async () => {
    await restart({ ALLOWED_TENANTS: contoso })
    expect(await outcome(adele)).toMatchObject({ authenticated: true })
    expect(await outcome(robin)).toMatchObject({
      code: 'tenant_not_allowed',
      detail: expect.stringMatching(/Use an account.*or send the details below/) as string,
      retry: { href: expect.stringContaining('prompt=select_account') as string },
    })
    const refusal = world.logLines.find((line) => line.includes('"code":"tenant_not_allowed"'))
    expect(refusal).toContain(fabrikam)
  })

  test.each(['common', 'organizations', fabrikam])(
    'with ALLOWED_TENANTS and the authority %s, a person of an allowed tenant signs in',
    async (end) => {
      const AUTHORITY = `${world.emulator.url}/${end}`
      await restart({ AUTHORITY, ALLOWED_TENANTS: fabrikam })
      expect(await outcome(robin)).toMatchObject({ user: { tenantId: fabrikam } })
    },
  )
})
