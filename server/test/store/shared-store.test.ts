import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLmdbStore } from '../../src/store/lmdb.ts'

const builtStore = new URL('../../dist/store/lmdb.js', import.meta.url).href

test('a read sees what another process has just written, also in the midst of other reads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-shared-'))
  const store = await openLmdbStore(folder)
  const script = `
    const { openLmdbStore } = await import(${JSON.stringify(builtStore)})
    const store = await openLmdbStore(${JSON.stringify(folder)})
    await store.put('name', Buffer.from('new'), Infinity)
    await store.close()`
  await store.put('name', Buffer.from('old'), Infinity)
  // No `await` between the reads: lmdb would take a new snapshot by itself.
  const before = store.get('name')
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script])
  const after = store.get('name')
  expect(status).toBe(0)
  const texts = [await before, await after].map((bytes) => Buffer.from(bytes ?? '').toString())
  expect(texts).toEqual(['old', 'new'])
  await store.close()
  rmSync(folder, { recursive: true })
})
