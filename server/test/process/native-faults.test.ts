import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChildServer } from '../support/child-server.ts'
import { World } from '../support/world.ts'

const faults = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'] as const

// Linux alone tells in /proc which signals a process handles, and faults at a page behind a file's end.
describe.skipIf(process.platform !== 'linux')('a fault in native code', () => {
  let folder: string
  let world: World
  let server: ChildServer
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-fault-'))
    world = await World.open({ SESSION_STORE: `file:${folder}` })
    await world.stopServer()
    server = await new ChildServer(world.settings, { cwd: folder }).listening()
  })
  afterEach(async () => {
    await server.end('SIGKILL')
    await world.close()
    rmSync(folder, { recursive: true })
  })

  test('a fault in native code has no handler in JavaScript, which would run the faulty instruction again without end', async () => {
    const status = readFileSync(`/proc/${String(server.pid)}/status`, 'utf8')
    const caught = BigInt(`0x${/^SigCgt:\s*([\da-f]+)/m.exec(status)?.[1] ?? ''}`)
    const isCaught = (signal: keyof typeof constants.signals) =>
      (caught >> BigInt(constants.signals[signal] - 1)) % 2n === 1n
    expect(isCaught('SIGTERM')).toBe(true)
    // V8 has a handler of its own for SIGSEGV, for WebAssembly. It passes other faults on.
    expect(faults.filter(isCaught)).toEqual(['SIGSEGV'])
    expect(await server.end('SIGSEGV')).toEqual({ code: null, signal: 'SIGSEGV' })
  })

  test('a fault in native code ends the process: sessions.mdb was cut off under it', async () => {
    const browser = await world.signIn()
    truncateSync(join(folder, 'sessions.mdb'), 8_192)
    await browser.fetch('/api/session').catch(() => undefined)
    const { signal } = await server.ended
    expect(faults).toContain(signal)
  })
})
