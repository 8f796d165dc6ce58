import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentOf } from '../support/folder-content.ts'
import { at, flip, newestMeta, pageSize, rootPage } from '../support/lmdb-file.ts'
import { useStoreCopies } from '../support/store-copies.ts'

const nobody = 65_534
const copies = useStoreCopies()

function replaceByFile(path: string): void {
  fs.rmSync(path, { recursive: true })
  fs.writeFileSync(path, 'in the way')
}

function replaceByFolder(path: string): void {
  fs.rmSync(path)
  fs.mkdirSync(path)
}

/** Whether this process may become a user with few rights who can still read the server. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false
  const read = ['-e', `require('fs').readFileSync(${JSON.stringify(import.meta.filename)})`]
  return spawnSync(process.execPath, read, { uid: nobody, gid: nobody }).status === 0
}

describe('a server whose store is damaged', () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['is some text', () => Buffer.from('this is no database\n')],
    ['is other bytes of the same length', (bytes) => Buffer.alloc(bytes.length, 'garbage ')],
    ['was cut in the middle', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['was cut in the middle of a page', (bytes) => bytes.subarray(0, bytes.length / 2 + 1_001)],
    ['was cut after its first page', (bytes) => bytes.subarray(0, pageSize)],
    ['was cut after its second page', (bytes) => bytes.subarray(0, 2 * pageSize)],
    ['was cut after 1000 bytes', (bytes) => bytes.subarray(0, 1_000)],
    ['lost its root page', (bytes) => bytes.subarray(0, rootPage(bytes))],
    ['has another page size', (bytes) => flip(bytes, at.pageSize, 4)],
    ['names another last page', (bytes) => flip(bytes, newestMeta(bytes) + at.lastPage, 8)],
    ['names another root page', (bytes) => flip(bytes, newestMeta(bytes) + at.root, 8)],
    ['has a root page with another head', (bytes) => flip(bytes, rootPage(bytes), 24)],
    [
      'has a root page of zeros',
      (bytes) => bytes.fill(0, rootPage(bytes), rootPage(bytes) + pageSize),
    ],
  ])(
    'a server does not start when the store file %s, and leaves the file as it is (#27)',
    async (_name, change) => {
      copies.copyWith(() => {
        copies.changeStore(change)
      })
      const before = contentOf(copies.folder)
      await copies.expectRefusal(copies.start(), before)
    },
  )

  test.each<[string, () => void]>([
    [
      'the folder is a file',
      () => {
        replaceByFile(copies.folder)
      },
    ],
    [
      'the file is a folder',
      () => {
        replaceByFolder(copies.storeFile)
      },
    ],
    [
      'the lock file is a folder',
      () => {
        replaceByFolder(`${copies.storeFile}-lock`)
      },
    ],
    [
      'the secret is a folder',
      () => {
        replaceByFolder(copies.secretFile)
      },
    ],
    [
      'the secret is empty',
      () => {
        fs.writeFileSync(copies.secretFile, '')
      },
    ],
    [
      'the secret was cut',
      () => {
        fs.writeFileSync(copies.secretFile, 'abc')
      },
    ],
    [
      'the secret is another one',
      () => {
        fs.writeFileSync(copies.secretFile, 'f'.repeat(64))
      },
    ],
    [
      'the secret is gone',
      () => {
        fs.rmSync(copies.secretFile)
      },
    ],
  ])(
    'a server does not start when %s, and leaves the folder as it is (#27)',
    async (_name, change) => {
      copies.copyWith(change)
      const before = contentOf(copies.folder)
      await copies.expectRefusal(copies.start(), before)
    },
  )

  test('a server does not start when a file is where the folder should be made (#27)', async () => {
    copies.folder = join(copies.top, 'file')
    fs.writeFileSync(copies.folder, 'in the way')
    const before = contentOf(copies.folder)
    const place = join(copies.folder, 'data')
    await copies.expectRefusal(copies.start({}, { SESSION_STORE: `file:${place}` }), before, place)
  })

  test.skipIf(!canBeNobody()).each<[string, number]>([
    ['written', 0o500],
    ['read', 0o300],
  ])('a server does not start when the folder cannot be %s (#27)', async (_name, mode) => {
    copies.copyWith(() => {
      for (const file of fs.readdirSync(copies.folder))
        fs.chownSync(join(copies.folder, file), nobody, nobody)
      for (const file of fs.readdirSync(copies.folder))
        fs.chmodSync(join(copies.folder, file), mode & 0o600)
      fs.chownSync(copies.folder, nobody, nobody)
      fs.chmodSync(copies.folder, mode)
    })
    const before = contentOf(copies.folder)
    await copies.expectRefusal(copies.start({ uid: nobody }), before)
  })

  test('a server starts with an empty store file as with a new one', async () => {
    copies.copyWith(() => {
      fs.truncateSync(copies.storeFile)
    })
    await copies.start().listening()
    expect(await copies.ask('/api/session')).toMatchObject({
      status: 200,
      json: { authenticated: false },
    })
    await copies.world.signIn()
  })

  test('a server starts with the intact folder, and knows who was signed in', async () => {
    copies.copyWith()
    await copies.start().listening()
    expect(await copies.ask('/api/session')).toMatchObject({
      status: 200,
      json: { authenticated: true },
    })
  })
})
