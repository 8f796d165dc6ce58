import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { ChildServer } from '../support/child-server.ts'
import { later } from '../support/clock.ts'
import { World } from '../support/world.ts'

const builtStore = new URL('../../dist/store/lmdb.js', import.meta.url).href
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0
/** Whether this user may mount a small disk in a namespace that ends with the process. */
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-failing-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

async function readiness(world: World) {
  const answer = await request(`${world.origin}/readyz`)
  return { status: answer.statusCode, json: await answer.body.json() }
}

// On Linux, prlimit can make every file write of a running process fail, and work again.
describe.skipIf(!hasPrlimit)('a disk that refuses every write', () => {
  let world: World
  let server: ChildServer
  beforeEach(async () => {
    world = await World.open({ SESSION_STORE: `file:${folder}` })
    await world.stopServer()
  })
  afterEach(async () => {
    await server.end('SIGKILL')
    await world.close()
  })

  function limitFiles(bytes: 1 | 'unlimited'): void {
    execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${String(bytes)}:`])
  }

  test('a disk that refuses every write is reported by /readyz and once in the log, and the server lives (#27)', async () => {
    server = await new ChildServer(world.settings, { cwd: folder }).listening()
    const browser = await world.signIn()
    limitFiles(1)
    expect(await readiness(world)).toMatchObject({ status: 503, json: { store: 'unavailable' } })
    expect(await readiness(world)).toMatchObject({ status: 503, json: { store: 'unavailable' } })
    expect((await world.openBrowser().fetch('/livez')).status).toBe(200)
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    const lines = server.stdout.split('\n').filter((line) => line.includes('cannot be used'))
    expect(lines).toHaveLength(1)
  })

  test('a disk that refuses every write stops the start, and leaves no new file (#27)', async () => {
    const before = readdirSync(folder)
    server = new ChildServer(world.settings, { cwd: folder, before: 'ulimit -f 0' })
    expect(await server.ended).toEqual({ code: 1, signal: null })
    expect(server.stderr).toContain(`SESSION_STORE file:${folder} cannot be used: EFBIG`)
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe.skipIf(!hasPrlimit)('on files that may not grow', () => {
  /** Runs the lines with a store, and with a function that makes each later write of a file fail. */
  function run(lines: string) {
    const script = `
      import { execFileSync } from 'node:child_process'
      import { mock } from 'node:test'
      mock.timers.enable({ apis: ['setInterval'] })
      const { openLmdbStore } = await import(${JSON.stringify(builtStore)})
      const store = await openLmdbStore(${JSON.stringify(folder)})
      const limitFiles = () => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=1:'])
      ${lines}`
    const args = ['--input-type=module', '--eval', script]
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    return { status, printed: stdout.trim() }
  }

  test('a sweep that cannot write does not end the process', () => {
    const lines = `
      await store.put('expired', Buffer.alloc(1), 1)
      limitFiles()
      mock.timers.tick(10 * 60_000)
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
      console.log('the process lives')
      process.exit(0)`
    expect(run(lines)).toEqual({ status: 0, printed: 'the process lives' })
  })

  test('a write that fails in the database, though the disk took a trial, ends the process with the cause', () => {
    const lines = `
      process.once('uncaughtException', ({ message, cause }) => {
        console.log(message, '|', cause.cause.message.split(':')[0])
        process.exit(1)
      })
      const writing = store.put('late', Buffer.alloc(10), Infinity)
      limitFiles()
      await writing.catch(() => new Promise(() => setTimeout(() => process.exit(0), 60_000)))`
    const printed = 'the disk refused a write, and lmdb then damaged memory | File too large'
    expect(run(lines)).toEqual({ status: 1, printed })
  })
})

test.skipIf(!mayMount)(
  'a full disk refuses writes before the database tries, until the disk has room',
  () => {
    const script = `
    import { rmSync, writeFileSync } from 'node:fs'
    const { openLmdbStore } = await import(${JSON.stringify(builtStore)})
    const store = await openLmdbStore('data')
    const outcomeOf = (name) => store.put(name, Buffer.alloc(6_000), Infinity).then(() => 'written', ({ message }) => message)
    const outcomes = [await outcomeOf('before')]
    try { writeFileSync('filler', Buffer.alloc(99_000_000)) } catch ({ code }) { outcomes.push(code) }
    outcomes.push(await outcomeOf('meanwhile'), (await store.get('before')).length)
    rmSync('filler')
    outcomes.push(await outcomeOf('after'))
    console.log(JSON.stringify(outcomes))
    process.exit(0)`
    const mount = 'mount -t tmpfs -o size=8m none "$0" && cd "$0" && exec "$@"'
    const node = [process.execPath, '--input-type=module', '--eval', script]
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', mount, folder, ...node],
      {
        encoding: 'utf8',
      },
    )
    const outcomes = ['written', 'ENOSPC', 'the disk of data is full', 6_000, 'written']
    // LMDB would print a failed write on the standard error.
    expect([stdout.trim(), stderr]).toEqual([JSON.stringify(outcomes), ''])
  },
)

test('/readyz writes now and then, not at each request', async () => {
  const store = openMemoryStore()
  const put = vi.fn((...args: Parameters<Store['put']>) => store.put(...args))
  const world = await World.open({}, { server: { store: { ...store, put } } })
  for (let count = 0; count < 5; count += 1) await readiness(world)
  const written = () => put.mock.calls.filter(([name]) => name === 'readyz').length
  expect(written()).toBe(1)
  put.mockRejectedValueOnce(new Error('full'))
  later(1)
  expect(await readiness(world)).toMatchObject({ status: 503 })
  expect(await readiness(world)).toMatchObject({ status: 503 })
  later(2)
  expect(await readiness(world)).toMatchObject({ status: 200 })
  expect(written()).toBe(3)
  await world.close()
})
