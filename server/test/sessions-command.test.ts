import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sessionsCommand } from '../src/commands/sessions.ts'
import type { Browser } from './support/browser.ts'
import { adele, World } from './support/world.ts'

const megan = 'MeganB@contoso.onmicrosoft.com'
let world: World
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-command-'))
  world = await World.open({ SESSION_STORE: `file:${folder}` })
})
beforeEach(async () => {
  await run('end', '--all')
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

async function run(...args: string[]) {
  return runWith({ SESSION_STORE: `file:${folder}` }, ...args)
}

async function runWith(env: Record<string, string>, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  const exitCode = await sessionsCommand(args, env, output)
  return { exitCode, out, err: err.join('\n') }
}

async function signInAs(username: string): Promise<Browser> {
  world.emulator.signInAutomaticallyAs(username)
  return world.signIn()
}

describe('the operator, while the server runs,', () => {
  test('sees who is signed in', async () => {
    await signInAs(adele)
    await signInAs(megan)
    const { exitCode, out, err } = await run('list')
    expect([exitCode, err]).toEqual([0, '2 signed in'])
    expect(out).toHaveLength(3)
    expect(out.join('\n')).toContain(`\t${adele}\t`)
    expect((await run('list', '--user', megan)).out).toHaveLength(2)
  })

  test('sees no line that somebody wrote into their name', async () => {
    world.emulator.tamperNextIdToken((claims) => ({
      ...claims,
      preferred_username: 'x\ty\nz\u001b[2J',
    }))
    await signInAs(adele)
    const { out } = await run('list')
    expect(out).toHaveLength(2)
    expect(out[1]).toContain('\tx?y?z?[2J\t')
  })

  test("ends all sessions of one person, and nobody else's", async () => {
    const [first, second, other] = [
      await signInAs(adele),
      await signInAs(adele),
      await signInAs(megan),
    ]
    const { exitCode, out, err } = await run('end', '--user', adele.toLowerCase())
    expect([exitCode, err]).toEqual([0, '2 ended'])
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ audit: 'session_ended', cause: 'operator' })
    expect((await first.fetch('/api/session')).json).toMatchObject({ reason: 'revoked' })
    expect(await second.isSignedIn()).toBe(false)
    expect(await other.isSignedIn()).toBe(true)
  })

  test('ends one session by the id that the list tells', async () => {
    const [gone, kept] = [await signInAs(adele), await signInAs(megan)]
    const { out } = await run('list', '--user', adele)
    await run('end', '--id', out[1]?.split('\t')[0] ?? '')
    expect(await gone.isSignedIn()).toBe(false)
    expect(await kept.isSignedIn()).toBe(true)
  })

  test('ends all sessions', async () => {
    const browsers = [await signInAs(adele), await signInAs(megan)]
    expect((await run('end', '--all')).err).toBe('2 ended')
    for (const browser of browsers) expect(await browser.isSignedIn()).toBe(false)
  })

  test('tells an open page at once', async () => {
    const browser = await signInAs(adele)
    const cookie = await browser.jar.getCookieString(world.origin)
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    const stream = await fetch(`${world.origin}/api/session/events`, { headers })
    await run('end', '--user', adele)
    expect(await stream.text()).toContain('event: ended')
  })
})

describe('the operator is told', () => {
  test.each([[[]], [['end']], [['list', '--all']], [['end', '--all', '--user', 'x']], [['stop']]])(
    'how to use the command, when it is used like this: %j',
    async (args) => {
      const { exitCode, err } = await run(...args)
      expect(exitCode).toBe(2)
      expect(err).toContain('Usage:')
    },
  )

  test.each([
    ['in the memory of the server', { SESSION_STORE: 'memory:' }, /restart it/],
    ['nowhere', { SESSION_STORE: 'file:/nowhere' }, /no sessions are kept there/],
    ['not configured right', { SESSION_STORE: 'other' }, /must be file:<folder>/],
  ])('that the sessions are %s', async (_where, env, text) => {
    const { exitCode, err } = await runWith(env, 'list')
    expect(exitCode).toBe(1)
    expect(err).toMatch(text)
  })

  test('that the secret is not the one of the store', async () => {
    const env = { SESSION_STORE: `file:${folder}`, SESSION_SECRET: 'x'.repeat(32) }
    const { exitCode, err } = await runWith(env, 'list')
    expect(exitCode).toBe(1)
    expect(err).toContain('SESSION_SECRET does not open the sessions')
  })
})
