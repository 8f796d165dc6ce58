import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChildServer } from '../support/child-server.ts'
import { freePort } from '../support/world.ts'

let folder: string
let settings: Record<string, string>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-start-'))
  settings = { PORT: String(await freePort()), SESSION_STORE: 'memory:' }
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

test('a start with INSECURE_HTTP warns that others on the network can read sessions', async () => {
  const insecure = {
    ...settings,
    PUBLIC_URL: 'http://app.example.com',
    SESSION_SECRET: 's'.repeat(32),
  }
  const refused = new ChildServer(insecure, { cwd: folder })
  expect(await refused.ended).toEqual({ code: 1, signal: null })
  expect(refused.stderr).toContain('to insist: INSECURE_HTTP=on')
  expect(refused.stderr).not.toMatch(/^ +at /m)

  const server = new ChildServer({ ...insecure, INSECURE_HTTP: 'on' }, { cwd: folder })
  await server.listening()
  await server.end()
  const warnings = server.stdout.split('\n').filter((line) => line.includes('"level":40'))
  expect(warnings.join()).toContain('others on the network can read sessions')
})

test('an error that nothing handles is logged, and ends the server', async () => {
  const fail = `data:text/javascript,process.on('SIGWINCH', () => { throw new Error('out of order') })`
  const server = new ChildServer(settings, { cwd: folder, nodeArguments: ['--import', fail] })
  await server.listening()
  expect(await server.end('SIGWINCH')).toEqual({ code: 1, signal: null })
  expect(server.stdout).toContain('out of order')
})
