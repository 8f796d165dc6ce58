import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { World } from '../support/world.ts'

const [old, fresh] = ['o'.repeat(32), 'n'.repeat(32)]
let world: World
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-rotation-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
  rmSync(folder, { recursive: true })
})

async function open(settings: Record<string, string>): Promise<void> {
  world = await World.open({ SESSION_STORE: `file:${join(folder, 'data')}`, ...settings })
}

describe('the wrong secret (#27)', () => {
  const data = () => readFileSync(join(folder, 'data/sessions.mdb'))

  test('a wrong secret stops the start, says what to do, and changes nothing', async () => {
    await open({ SESSION_SECRET: old })
    const browser = await world.signIn()
    await world.stopServer()
    const before = data()
    await expect(world.startServer({ SESSION_SECRET: fresh })).rejects.toThrow(
      /SESSION_SECRET does not open the sessions in file:[^]*put the old one\s+behind the new one/,
    )
    expect(data().equals(before)).toBe(true)
    await world.startServer()
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a missing session-secret file stops the start', async () => {
    await open({})
    await world.stopServer()
    rmSync(join(folder, 'data/session-secret'))
    await expect(world.startServer()).rejects.toThrow(
      /session-secret is missing or damaged \(ENOENT/,
    )
  })

  test.each(['', 'half a secr', 'x'.repeat(64)])(
    'the text %j in the session-secret file is called damaged',
    async (text) => {
      await open({})
      await world.stopServer()
      writeFileSync(join(folder, 'data/session-secret'), text)
      await expect(world.startServer()).rejects.toThrow(
        /session-secret is missing or damaged[^]*Restore it/,
      )
    },
  )
})
