import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import type { ChildServer } from '../support/child-server.ts'
import { contentOf } from '../support/folder-content.ts'
import { at, flip, newestMeta, rootPage } from '../support/lmdb-file.ts'
import { useStoreCopies } from '../support/store-copies.ts'
import { freePort } from '../support/world.ts'

const copies = useStoreCopies()

/** Makes the server end when it is about to read its whole store, which another process does for it. */
const noTrial = `data:text/javascript,import child from 'node:child_process'
  import { syncBuiltinESMExports } from 'node:module'
  child.spawnSync = () => { throw new Error('the whole store is read') }
  syncBuiltinESMExports()`.replaceAll('\n', ';')
const withoutTrial = { nodeArguments: ['--import', noTrial] }

/** Starts a server that may not read its whole store. @returns what came of it */
async function startOf(server: ChildServer): Promise<string> {
  const served = server.listening().then(() => 'it serves')
  return served.catch(() => (/the whole store is read/.exec(server.stderr) ?? [server.stderr])[0])
}

async function closeOnce(): Promise<void> {
  copies.copyWith()
  const server = await copies.start().listening()
  expect(await server.end()).toEqual({ code: 0, signal: null })
}

describe('a store that was closed', () => {
  test('a server that was closed does not read its whole store at the next start (#30)', async () => {
    await closeOnce()
    expect(await startOf(copies.start(withoutTrial))).toBe('it serves')
    expect(await copies.ask('/api/session')).toMatchObject({ json: { authenticated: true } })
  })

  test('a server that was killed reads its whole store at the next start (#30)', async () => {
    await closeOnce()
    await (await copies.start().listening()).end('SIGKILL')
    expect(await startOf(copies.start(withoutTrial))).toBe('the whole store is read')
  })

  test('a server that was killed after another one of its store was closed reads its whole store at the next start (#30)', async () => {
    await closeOnce()
    const [longer, shorter] = [copies.start(), copies.start({}, { PORT: String(await freePort()) })]
    await Promise.all([longer.listening(), shorter.listening()])
    await shorter.end()
    const page = await new Browser(copies.world.origin).goTo('/auth/login')
    expect(page.url.pathname).toBe('/')
    await longer.end('SIGKILL')
    expect(await startOf(copies.start(withoutTrial))).toBe('the whole store is read')
  })

  test.runIf(existsSync('/proc/locks'))(
    'a server that starts beside another one of its store does not read the whole store (#30)',
    async () => {
      await closeOnce()
      await copies.start().listening()
      const second = copies.start(withoutTrial, { PORT: String(await freePort()) })
      expect(await startOf(second)).toBe('it serves')
    },
  )

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut in the middle', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['given another root page', (bytes) => flip(bytes, newestMeta(bytes) + at.root, 8)],
    ['given a root page with another head', (bytes) => flip(bytes, rootPage(bytes), 24)],
  ])(
    'a server does not start when its store file was %s after it was closed, and leaves it as it is (#27)',
    async (_name, change) => {
      await closeOnce()
      copies.changeStore(change)
      const before = contentOf(copies.folder)
      await copies.expectRefusal(copies.start(), before)
    },
  )
})
