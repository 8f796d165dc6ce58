import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import type { ChildServer, Ending } from '../support/child-server.ts'
import { contentOf } from '../support/folder-content.ts'
import { at, flip, newestMeta, pageSize, rootPage } from '../support/lmdb-file.ts'
import { useStoreCopies } from '../support/store-copies.ts'

const nobody = 65_534
const copies = useStoreCopies()

function changeStore(change: (bytes: Buffer) => Buffer): void {
  fs.writeFileSync(copies.storeFile, change(fs.readFileSync(copies.storeFile)))
}

function replaceByFile(path: string): void {
  fs.rmSync(path, { recursive: true })
  fs.writeFileSync(path, 'in the way')
}

function replaceByFolder(path: string): void {
  fs.rmSync(path)
  fs.mkdirSync(path)
}

/** Expects one message, which names the place and says what to do, in place of a server. */
async function expectRefusal(server: ChildServer, place: string, before: object): Promise<void> {
  const outcome = await server.listening().then(
    () => 'it serves',
    () => server.ended,
  )
  expect([outcome, server.stderr]).toEqual([
    { code: 1, signal: null } satisfies Ending,
    expect.stringContaining(place),
  ])
  expect(server.stderr).not.toMatch(/^ +at |node:|\.js:\d/m)
  expect(server.stderr).toMatch(/restore|remove|delete|make|set SESSION_STORE/i)
  expect(server.stderr.trim().split('\n').length).toBeLessThanOrEqual(4)
  expect(contentOf(copies.folder)).toEqual(before)
}

/** Whether this process may become somebody with few rights, who can read the server all the same. */
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
  ])('does not start when the file %s, and leaves it as it is (#27)', async (_name, change) => {
    copies.copyWith(() => {
      changeStore(change)
    })
    const before = contentOf(copies.folder)
    await expectRefusal(copies.start(), copies.folder, before)
  })

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
  ])('does not start when %s, and leaves all as it is (#27)', async (_name, change) => {
    copies.copyWith(change)
    const before = contentOf(copies.folder)
    await expectRefusal(copies.start(), copies.folder, before)
  })

  test('does not start when something else is where the folder should be made (#27)', async () => {
    copies.folder = join(copies.top, 'file')
    fs.writeFileSync(copies.folder, 'in the way')
    const before = contentOf(copies.folder)
    const place = join(copies.folder, 'data')
    await expectRefusal(copies.start({}, { SESSION_STORE: `file:${place}` }), place, before)
  })

  test.skipIf(!canBeNobody()).each<[string, number]>([
    ['written', 0o500],
    ['read', 0o300],
  ])('does not start when the folder cannot be %s (#27)', async (_name, mode) => {
    copies.copyWith(() => {
      for (const file of fs.readdirSync(copies.folder))
        fs.chownSync(join(copies.folder, file), nobody, nobody)
      for (const file of fs.readdirSync(copies.folder))
        fs.chmodSync(join(copies.folder, file), mode & 0o600)
      fs.chownSync(copies.folder, nobody, nobody)
      fs.chmodSync(copies.folder, mode)
    })
    const before = contentOf(copies.folder)
    await expectRefusal(copies.start({ uid: nobody }), copies.folder, before)
  })

  test('starts anew where the file is empty: it was never written', async () => {
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

  test('starts with the intact copies.folder, and knows who was signed in', async () => {
    copies.copyWith()
    await copies.start().listening()
    expect(await copies.ask('/api/session')).toMatchObject({
      status: 200,
      json: { authenticated: true },
    })
  })
})

describe('a server whose disk is full (#27, #30)', () => {
  /** Signs people in until there is no room. @returns the cookies of those who got in */
  async function fillUp(server: ChildServer): Promise<string[]> {
    const cookies: string[] = []
    for (let count = 0; count < 300; count += 1) {
      const browser = new Browser(copies.world.origin)
      const page = await browser.goTo('/auth/login').catch((error: unknown) => {
        throw new Error(`the server is gone:\n${server.stderr}`, { cause: error })
      })
      if (page.url.pathname === '/error') {
        expect(
          Object.keys(await browser.cookies()).filter((key) => key.startsWith('sid-')),
        ).toEqual([])
        return cookies
      }
      cookies.push(await browser.cookieHeader())
    }
    throw new Error('it is not full')
  }

  test('refuses sign-ins within two seconds, and keeps whom it has', async () => {
    copies.copyWith()
    const kilobytes = Math.ceil(fs.statSync(copies.storeFile).size / 1_024) + 200
    const server = await copies.start({ before: `ulimit -f ${String(kilobytes)}` }).listening()
    const cookies = await fillUp(server)
    expect(cookies.length).toBeGreaterThan(0)

    const started = Date.now()
    const refused = await new Browser(copies.world.origin).goTo('/auth/login')
    expect(refused.url.pathname).toBe('/error')
    expect(Date.now() - started).toBeLessThan(2_500)

    expect((await copies.ask('/livez')).status).toBe(200)
    for (const known of [copies.cookie, ...cookies.slice(-3)]) {
      expect(await copies.ask('/api/session', { cookie: known })).toMatchObject({
        status: 200,
        json: { authenticated: true },
      })
    }
  })

  test('never says that somebody is signed out who is not', async () => {
    copies.copyWith()
    const kilobytes = Math.ceil(fs.statSync(copies.storeFile).size / 1_024) + 200
    const server = await copies.start({ before: `ulimit -f ${String(kilobytes)}` }).listening()
    for (const known of await fillUp(server)) {
      const headers = { cookie: known, 'x-csrf': '1', accept: 'application/json' }
      const answer = await request(`${copies.world.origin}/auth/logout`, {
        method: 'POST',
        headers,
      })
      await answer.body.dump()
      expect([200, 503]).toContain(answer.statusCode)
      const after = await copies.ask('/api/session', { cookie: known })
      expect(after).toMatchObject({ json: { authenticated: answer.statusCode !== 200 } })
    }
    expect((await copies.ask('/livez')).status).toBe(200)
  })

  test('is as it was at the next start, when there is room again', async () => {
    copies.copyWith()
    const kilobytes = Math.ceil(fs.statSync(copies.storeFile).size / 1_024) + 200
    const server = copies.start({ before: `ulimit -f ${String(kilobytes)}` })
    const cookies = await fillUp(await server.listening())
    await server.end('SIGKILL')
    await copies.start().listening()
    const lost: unknown[] = []
    for (const [index, known] of [copies.cookie, ...cookies].entries()) {
      const { json } = await copies.ask('/api/session', { cookie: known })
      if (!JSON.stringify(json).includes('"authenticated":true')) lost.push([index, known, json])
    }
    expect(lost, `of ${String(cookies.length)}`).toEqual([])
    await copies.world.signIn()
  })
})
