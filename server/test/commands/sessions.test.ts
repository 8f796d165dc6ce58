import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignedIn } from '@entra-bff/shared'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { adele, World } from '../support/world.ts'

const megan = 'MeganB@contoso.onmicrosoft.com'
const otherTenant = 'c2a9e4d7-61b8-4f0e-9b5d-7d3f8a2e6b45'
/** The object id of Adele. */
let oid: string
let world: World
/** The settings of the store. */
let store: Record<string, string>

async function run(...args: string[]) {
  return runSessionsCommand(store, ...args)
}

async function signInAs(username: string): Promise<Browser> {
  world.emulator.signInAutomaticallyAs(username)
  return world.signIn()
}

/** As if another tenant had a person of the same name and the same object id. */
function signInOfOtherTenant(username: string): Promise<Browser> {
  const iss = `${world.emulator.url}/${otherTenant}/v2.0`
  world.emulator.tamperNextIdToken((claims) => ({ ...claims, tid: otherTenant, iss }))
  return signInAs(username)
}

describe.each(hasRedis ? ['files', 'Redis'] : ['files'])('the sessions command on %s', (kind) => {
  let folder: string
  let redis: RedisServer | undefined
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-command-'))
    redis = kind === 'Redis' ? await RedisServer.start() : undefined
    store = redis?.settings ?? { SESSION_STORE: `file:${folder}` }
    world = await World.open(store)
    await world.stopServer()
    await world.startServer({ AUTHORITY: `${world.emulator.url}/common` })
    const { json } = await (await world.signIn()).fetch('/api/session')
    oid = (json as SignedIn).user.id
  })
  beforeEach(async () => {
    await run('end', '--all')
  })
  afterAll(async () => {
    await world.close()
    await redis?.close()
    rmSync(folder, { recursive: true })
  })

  test('the operator sees who is signed in', async () => {
    await signInAs(adele)
    await signInAs(megan)
    const { exitCode, out, err } = await run('list')
    expect([exitCode, err]).toEqual([0, '2 signed in'])
    expect(out).toHaveLength(3)
    expect(out.join('\n')).toContain(`\t${adele}\t`)
    expect((await run('list', '--user', megan)).out).toHaveLength(2)
  })

  test('the operator ends the named session alone, also when its browser has a newer session', async () => {
    const browser = await signInAs(adele)
    const [, line = ''] = (await run('list')).out
    world.emulator.signInAutomaticallyAs(megan)
    await world.signIn(browser)
    expect(await run('end', '--id', line.split('\t', 1)[0] ?? '')).toMatchObject({ err: '0 ended' })
    expect((await browser.fetch('/api/session')).json).toMatchObject({ user: { username: megan } })
  })

  test('the list of sessions shows control characters in a username as question marks', async () => {
    world.emulator.tamperNextIdToken((claims) => ({
      ...claims,
      preferred_username: 'x\ty\nz\u001b[2J',
    }))
    await signInAs(adele)
    const { out } = await run('list')
    expect(out).toHaveLength(2)
    expect(out[1]).toContain('\tx?y?z?[2J\t')
  })

  test('the operator ends all sessions of one person, and no session of others', async () => {
    const [first, second, other] = [
      await signInAs(adele),
      await signInAs(adele),
      await signInAs(megan),
    ]
    const { exitCode, out, err } = await run('end', '--user', adele.toLowerCase())
    expect([exitCode, err]).toEqual([
      0,
      expect.stringMatching(/^AdeleV@.*\(object id .*, tenant .*\): 2 signed in\n2 ended$/),
    ])
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ audit: 'session_ended', cause: 'operator' })
    expect((await first.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
    expect(await second.isSignedIn()).toBe(false)
    expect(await other.isSignedIn()).toBe(true)
  })

  test('the operator ends the sessions of a renamed person by object id, old username or new username', async () => {
    for (const user of [oid, adele, 'new@contoso.example']) {
      const before = await signInAs(adele)
      world.emulator.tamperNextIdToken((claims) => ({
        ...claims,
        preferred_username: 'new@contoso.example',
      }))
      const after = await signInAs(adele)
      expect((await run('list', '--user', user)).err).toBe('2 signed in')
      expect((await run('end', '--user', user)).err).toContain('2 ended')
      for (const browser of [before, after]) expect(await browser.isSignedIn()).toBe(false)
    }
  })

  test('a username that two people have ends no session, and the operator reads how to name one person', async () => {
    const [here, there] = [await signInAs(adele), await signInOfOtherTenant(adele)]
    const refused = await run('end', '--user', adele)
    expect([refused.exitCode, refused.out]).toEqual([1, []])
    for (const tenant of [world.emulator.tenantId, otherTenant]) {
      expect(refused.err).toContain(`${adele} (object id ${oid}, tenant ${tenant})`)
    }
    expect(refused.err).toContain('--tenant <tenant id>')
    expect(await here.isSignedIn()).toBe(true)
    expect(await there.isSignedIn()).toBe(true)

    expect((await run('list', '--user', adele)).err).toBe('2 signed in')
    expect((await run('list', '--tenant', otherTenant)).err).toBe('1 signed in')
    expect((await run('end', '--user', adele, '--tenant', otherTenant)).err).toContain('1 ended')
    expect(await here.isSignedIn()).toBe(true)
    expect(await there.isSignedIn()).toBe(false)
  })

  test('an object id names its person, even when it is the username of another person', async () => {
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, preferred_username: oid }))
    const [namesake, meant] = [await signInAs(megan), await signInAs(adele)]
    expect((await run('end', '--user', oid)).err).toContain('1 ended')
    expect(await namesake.isSignedIn()).toBe(true)
    expect(await meant.isSignedIn()).toBe(false)
  })

  test.each(['naming-key', 'session:unknown', ''])(
    'an unknown session id ends no session: %j',
    async (id) => {
      const browser = await signInAs(adele)
      expect((await run('end', '--id', id)).err).toBe('0 ended')
      expect(await browser.isSignedIn()).toBe(true)
      expect((await run('list')).err).toBe('1 signed in')
    },
  )

  test('the operator ends one session by the id from the list', async () => {
    const [gone, kept] = [await signInAs(adele), await signInAs(megan)]
    const { out } = await run('list', '--user', adele)
    await run('end', '--id', out[1]?.split('\t')[0] ?? '')
    expect(await gone.isSignedIn()).toBe(false)
    expect(await kept.isSignedIn()).toBe(true)
  })

  test('the operator ends all sessions', async () => {
    const browsers = [await signInAs(adele), await signInAs(megan)]
    expect((await run('end', '--all')).err).toBe('2 ended')
    for (const browser of browsers) expect(await browser.isSignedIn()).toBe(false)
  })

  test('an open page learns at once that the operator ended its session', async () => {
    const browser = await signInAs(adele)
    const cookie = await browser.cookieHeader()
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const stream = await fetch(`${world.origin}/api/session/events`, { headers })
    await run('end', '--user', adele)
    expect(await stream.text()).toContain('event: ended')
  })
})
