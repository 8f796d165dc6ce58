import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { World } from '../support/world.ts'

let world: World
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-command-'))
  world = await World.open({ SESSION_STORE: `file:${folder}` })
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

async function run(...args: string[]) {
  return runSessionsCommand({ SESSION_STORE: `file:${folder}` }, ...args)
}

describe('the sessions command', () => {
  test.each([
    [[]],
    [['end']],
    [['list', '--all']],
    [['end', '--all', '--user', 'x']],
    [['end', '--all', '--tenant', 'x']],
    [['end', '--tenant', 'x']],
    [['stop']],
  ])('wrong arguments of the sessions command print its usage: %j', async (args) => {
    const { exitCode, err } = await run(...args)
    expect(exitCode).toBe(2)
    expect(err).toContain('Usage:')
  })

  test.each([
    ['in the memory of the server', { SESSION_STORE: 'memory:' }, /restart it/],
    ['nowhere', { SESSION_STORE: 'file:/nowhere' }, /no sessions are kept there/],
    ['not configured right', { SESSION_STORE: 'other' }, /must be file:<folder>/],
  ])('the sessions command says when the sessions are %s', async (_where, env, text) => {
    const { exitCode, err } = await runSessionsCommand(env, 'list')
    expect(exitCode).toBe(1)
    expect(err).toMatch(text)
  })

  test('the sessions command says when SESSION_SECRET does not open the store', async () => {
    const env = { SESSION_STORE: `file:${folder}`, SESSION_SECRET: 'x'.repeat(32) }
    const { exitCode, err } = await runSessionsCommand(env, 'list')
    expect(exitCode).toBe(1)
    expect(err).toContain('SESSION_SECRET does not open the sessions')
  })
})
