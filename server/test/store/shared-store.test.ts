import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFile, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLmdbStore } from '../../src/store/lmdb.ts'

const builtStore = new URL('../../dist/store/lmdb.js', import.meta.url).href

test('a request sees what another process has written just before, also under load', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-shared-'))
  const store = await openLmdbStore(folder)
  await store.put('name', Buffer.from('old'), Infinity)
  const writeInAnotherProcess = () => {
    const script = `
      const { openLmdbStore } = await import(${JSON.stringify(builtStore)})
      const store = await openLmdbStore(${JSON.stringify(folder)})
      await store.put('name', Buffer.from('new'), Infinity)
      await store.close()`
    return spawnSync(process.execPath, ['--input-type=module', '--eval', script])
  }
  const texts = await new Promise<string[]>((resolve) => {
    const text = () => Buffer.from((store.get('name') as Uint8Array | undefined) ?? '').toString()
    // Like requests, the reads run in callbacks of input, between which no timer of lmdb fires.
    readFile(join(folder, 'sessions.mdb'), () => {
      const before = text()
      expect(writeInAnotherProcess().status).toBe(0)
      setImmediate(() => {
        resolve([before, text()])
      })
    })
  })
  expect(texts).toEqual(['old', 'new'])
  await store.close()
  rmSync(folder, { recursive: true })
})
