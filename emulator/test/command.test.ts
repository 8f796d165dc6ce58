import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

function command(...args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'emulator/src/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], EMULATOR_PORT: '' },
  })
  running.add(child)
  const printed = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed.err += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }))
  return { child, ended, started: once(child.stdout, 'data') }
}

describe('entra-emulator', () => {
  test.each([
    [['--help'], 0, /^entra-emulator: a local Microsoft Entra ID/, /^$/],
    [['--prot', '1'], 1, /^$/, /^entra-emulator: Unknown option '--prot'.*\n$/],
    [['--port', '99999'], 1, /^$/, /^entra-emulator: The port must be a number .*\n$/],
    [['--redirect-uri', 'nonsense'], 1, /^$/, /^entra-emulator: --redirect-uri must be .*\n$/],
    [['--client-id', ''], 1, /^$/, /^entra-emulator: --client-id must not be empty.*\n$/],
    [['--automatic-user', 'nobody'], 1, /^$/, /^entra-emulator: The emulator has no user .*\n$/],
  ])('%j exits with %i and prints one text', async (args, code, out, err) => {
    expect(await command(...args).ended).toEqual({
      code,
      out: expect.stringMatching(out) as string,
      err: expect.stringMatching(err) as string,
    })
  })

  test('says that the port is taken', async () => {
    const other = await startEmulator()
    const { code, err } = await command('--port', new URL(other.url).port).ended
    expect(code).toBe(1)
    expect(err).toMatch(/^entra-emulator: address already in use .*: end the other program .*\n$/)
    await other.close()
  })

  test.skipIf(process.platform === 'win32')('ends quietly on Ctrl-C', async () => {
    const { child, started, ended } = command('--port', '0')
    await started
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, err: '' })
  })
})
