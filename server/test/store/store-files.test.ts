import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChildServer } from '../support/child-server.ts'
import { World } from '../support/world.ts'

let top: string
let folder: string
let world: World
beforeEach(() => {
  top = fs.mkdtempSync(join(tmpdir(), 'entra-bff-files-'))
  folder = join(top, 'data')
})
afterEach(async () => {
  await world.close()
  fs.rmSync(top, { recursive: true })
})

const modeOf = (path: string) => fs.statSync(path).mode & 0o777

describe('a store whose files are taken away under the server', () => {
  beforeEach(async () => {
    world = await World.open({ SESSION_STORE: `file:${folder}` })
  })

  test.each<[string, () => void]>([
    [
      'the folder is removed',
      () => {
        fs.rmSync(folder, { recursive: true })
      },
    ],
    [
      'the folder is replaced by a copy',
      () => {
        fs.renameSync(folder, `${folder}.old`)
        fs.cpSync(`${folder}.old`, folder, { recursive: true })
      },
    ],
    [
      'sessions.mdb is removed',
      () => {
        fs.rmSync(join(folder, 'sessions.mdb'))
      },
    ],
    [
      'sessions.mdb-lock is removed',
      () => {
        fs.rmSync(join(folder, 'sessions.mdb-lock'))
      },
    ],
  ])(
    'a store whose files are taken away signs nobody in and says why: %s',
    async (_name, takeAway) => {
      await world.signIn()
      takeAway()
      const browser = world.openBrowser()
      const page = await browser.goTo('/auth/login')
      expect(page.url.pathname).toBe('/error')
      expect(
        Object.keys(await browser.cookies()).filter((name) => name.startsWith('sid-')),
      ).toEqual([])
      const ready = await request(`${world.origin}/readyz`)
      expect(ready.statusCode).toBe(503)
      expect(await ready.body.json()).toMatchObject({ store: 'unavailable' })
      const [line = ''] = world.logLines.filter((text) => text.includes('store cannot be used'))
      expect(line).toMatch(/sessions\.mdb(-lock)? was removed or replaced .* Restart the server/)
    },
  )

  test('a store works again when the same files are put back', async () => {
    const browser = await world.signIn()
    fs.renameSync(folder, `${folder}.away`)
    await vi.waitUntil(async () => (await browser.fetch('/api/session')).status === 503, 5_000)
    fs.renameSync(`${folder}.away`, folder)
    await vi.waitUntil(async () => (await browser.fetch('/api/session')).status === 200, 5_000)
    await world.signIn()
  })
})

describe('the files of a store', () => {
  test('the files of a store belong to their user alone from the first moment', async () => {
    world = await World.open()
    const noChmod = `data:text/javascript,import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      fs.chmodSync = () => undefined
      syncBuiltinESMExports()`.replaceAll('\n', ';')
    await world.stopServer()
    const server = new ChildServer(
      { ...world.settings, SESSION_STORE: `file:${folder}` },
      { cwd: top, nodeArguments: ['--import', noChmod], before: 'umask 0' },
    )
    await server.listening()
    await server.end()
    expect(fs.readdirSync(folder).map((name) => [name, modeOf(join(folder, name))])).toEqual([
      ['session-secret', 0o600],
      ['sessions.mdb', 0o600],
      ['sessions.mdb-closed', 0o600],
      ['sessions.mdb-lock', 0o600],
    ])
    expect(modeOf(folder)).toBe(0o700)
  })

  test('a store closes its own folder to other users, and leaves a shared folder as it is', async () => {
    const home = join(top, 'home')
    for (const path of [folder, home]) {
      fs.mkdirSync(path)
      fs.chmodSync(path, 0o755)
    }
    fs.writeFileSync(join(home, 'notes.txt'), '')
    world = await World.open({ SESSION_STORE: `file:${folder}` })
    await world.stopServer()
    await world.startServer({ SESSION_STORE: `file:${home}` })
    expect([modeOf(folder), modeOf(home)]).toEqual([0o700, 0o755])
    expect(modeOf(join(home, 'sessions.mdb'))).toBe(0o600)
  })
})
