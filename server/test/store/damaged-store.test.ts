import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { type ChildOptions, ChildServer, type Ending } from '../support/child-server.ts'
import { World } from '../support/world.ts'

const nobody = 65_534
/** Of an LMDB page, and where its newest facts are: see `liblmdb/mdb.c`, MDB_page and MDB_meta. */
const pageSize = 4_096
const at = { pageSize: 48, root: 136, lastPage: 144, transaction: 152 }

let world: World
/** Where everything of these tests lies, and the folder with the store that each of them copies. */
let top: string
let intact: string
let cookie: string
let folder: string
const running = new Set<ChildServer>()
beforeAll(async () => {
  top = fs.mkdtempSync(join(tmpdir(), 'entra-bff-damaged-'))
  fs.chmodSync(top, 0o755)
  intact = join(top, 'intact')
  world = await World.open({ SESSION_STORE: `file:${intact}` })
  for (let count = 0; count < 20; count += 1) {
    const browser = await world.signIn()
    cookie = await browser.cookieHeader()
  }
  await world.stopServer()
})
afterEach(async () => {
  await Promise.all([...running].map((server) => server.end('SIGKILL')))
  running.clear()
  fs.rmSync(folder, { recursive: true, force: true })
})
afterAll(async () => {
  await world.close()
  fs.rmSync(top, { recursive: true })
})

function start(options: Partial<ChildOptions> = {}, settings = {}): ChildServer {
  const store = { SESSION_STORE: `file:${folder}`, LOG_LEVEL: 'info' }
  const server = new ChildServer(
    { ...world.settings, ...store, ...settings },
    { cwd: top, ...options },
  )
  running.add(server)
  return server
}

/** A copy of the intact folder, in which one thing is changed. */
function copyWith(change: () => void): void {
  folder = join(top, 'data')
  fs.cpSync(intact, folder, { recursive: true })
  change()
}

const store = () => join(folder, 'sessions.mdb')
const secret = () => join(folder, 'session-secret')

function changeStore(change: (bytes: Buffer) => Buffer): void {
  fs.writeFileSync(store(), change(fs.readFileSync(store())))
}

function flip(bytes: Buffer, from: number, length: number): Buffer {
  for (let index = from; index < from + length; index += 1)
    bytes[index] = ~(bytes[index] ?? 0) & 255
  return bytes
}

/** Offset of the meta page that the last transaction wrote. */
function newestMeta(bytes: Buffer): number {
  const transactionOf = (page: number) => bytes.readBigUInt64LE(page + at.transaction)
  return transactionOf(pageSize) > transactionOf(0) ? pageSize : 0
}

function rootPage(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(newestMeta(bytes) + at.root)) * pageSize
}

/** Names and bytes of all that lies in the folder, but for the lock file, which holds no data. */
function contentOf(path: string): Record<string, string> {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat ? { '': digestOf(path) } : {}
  const files = fs.readdirSync(path).filter((name) => !name.endsWith('-lock'))
  return Object.fromEntries(files.map((name) => [name, readAny(join(path, name))]))
}

function readAny(path: string): string {
  return fs.statSync(path).isDirectory() ? 'a folder' : digestOf(path)
}

function digestOf(path: string): string {
  return createHash('sha256').update(fs.readFileSync(path)).digest('hex')
}

/** One message, which names the place and says what to do, in place of a server; nothing changed. */
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
  expect(contentOf(folder)).toEqual(before)
}

async function ask(path: string, headers: Record<string, string> = { cookie }) {
  const answer = await request(`${world.origin}${path}`, { headers: { 'x-csrf': '1', ...headers } })
  return { status: answer.statusCode, json: await answer.body.json() }
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
    copyWith(() => {
      changeStore(change)
    })
    const before = contentOf(folder)
    await expectRefusal(start(), folder, before)
  })

  test.each<[string, () => void]>([
    [
      'the folder is a file',
      () => {
        replaceByFile(folder)
      },
    ],
    [
      'the file is a folder',
      () => {
        replaceByFolder(store())
      },
    ],
    [
      'the lock file is a folder',
      () => {
        replaceByFolder(`${store()}-lock`)
      },
    ],
    [
      'the secret is a folder',
      () => {
        replaceByFolder(secret())
      },
    ],
    [
      'the secret is empty',
      () => {
        fs.writeFileSync(secret(), '')
      },
    ],
    [
      'the secret was cut',
      () => {
        fs.writeFileSync(secret(), 'abc')
      },
    ],
    [
      'the secret is another one',
      () => {
        fs.writeFileSync(secret(), 'f'.repeat(64))
      },
    ],
    [
      'the secret is gone',
      () => {
        fs.rmSync(secret())
      },
    ],
  ])('does not start when %s, and leaves all as it is (#27)', async (_name, change) => {
    copyWith(change)
    const before = contentOf(folder)
    await expectRefusal(start(), folder, before)
  })

  test('does not start when something else is where the folder should be made (#27)', async () => {
    folder = join(top, 'file')
    fs.writeFileSync(folder, 'in the way')
    const before = contentOf(folder)
    const place = join(folder, 'data')
    await expectRefusal(start({}, { SESSION_STORE: `file:${place}` }), place, before)
  })

  test.skipIf(!canBeNobody()).each<[string, number]>([
    ['written', 0o500],
    ['read', 0o300],
  ])('does not start when the folder cannot be %s (#27)', async (_name, mode) => {
    copyWith(() => {
      for (const file of fs.readdirSync(folder)) fs.chownSync(join(folder, file), nobody, nobody)
      for (const file of fs.readdirSync(folder)) fs.chmodSync(join(folder, file), mode & 0o600)
      fs.chownSync(folder, nobody, nobody)
      fs.chmodSync(folder, mode)
    })
    const before = contentOf(folder)
    await expectRefusal(start({ uid: nobody }), folder, before)
  })

  test('starts anew where the file is empty: it was never written', async () => {
    copyWith(() => {
      fs.truncateSync(store())
    })
    await start().listening()
    expect(await ask('/api/session')).toMatchObject({ status: 200, json: { authenticated: false } })
    await world.signIn()
  })

  test('starts with the intact folder, and knows who was signed in', async () => {
    copyWith(() => undefined)
    await start().listening()
    expect(await ask('/api/session')).toMatchObject({ status: 200, json: { authenticated: true } })
  })
})

function replaceByFile(path: string): void {
  fs.rmSync(path, { recursive: true })
  fs.writeFileSync(path, 'in the way')
}

function replaceByFolder(path: string): void {
  fs.rmSync(path)
  fs.mkdirSync(path)
}

/** Whether this process may become somebody with few rights, who can read the server all the same. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false
  const read = ['-e', `require('fs').readFileSync(${JSON.stringify(import.meta.filename)})`]
  return spawnSync(process.execPath, read, { uid: nobody, gid: nobody }).status === 0
}

describe('a server whose disk is full (#27, #30)', () => {
  /** Signs people in until there is no room. @returns the cookies of those who got in */
  async function fillUp(server: ChildServer): Promise<string[]> {
    const cookies: string[] = []
    for (let count = 0; count < 300; count += 1) {
      const browser = new Browser(world.origin)
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
    copyWith(() => undefined)
    const kilobytes = Math.ceil(fs.statSync(store()).size / 1_024) + 200
    const server = await start({ before: `ulimit -f ${String(kilobytes)}` }).listening()
    const cookies = await fillUp(server)
    expect(cookies.length).toBeGreaterThan(0)

    const started = Date.now()
    const refused = await new Browser(world.origin).goTo('/auth/login')
    expect(refused.url.pathname).toBe('/error')
    expect(Date.now() - started).toBeLessThan(2_500)

    expect((await ask('/livez')).status).toBe(200)
    for (const known of [cookie, ...cookies.slice(-3)]) {
      expect(await ask('/api/session', { cookie: known })).toMatchObject({
        status: 200,
        json: { authenticated: true },
      })
    }
  })

  test('never says that somebody is signed out who is not', async () => {
    copyWith(() => undefined)
    const kilobytes = Math.ceil(fs.statSync(store()).size / 1_024) + 200
    const server = await start({ before: `ulimit -f ${String(kilobytes)}` }).listening()
    for (const known of await fillUp(server)) {
      const headers = { cookie: known, 'x-csrf': '1', accept: 'application/json' }
      const answer = await request(`${world.origin}/auth/logout`, { method: 'POST', headers })
      await answer.body.dump()
      expect([200, 503]).toContain(answer.statusCode)
      const after = await ask('/api/session', { cookie: known })
      expect(after).toMatchObject({ json: { authenticated: answer.statusCode !== 200 } })
    }
    expect((await ask('/livez')).status).toBe(200)
  })

  test('is as it was at the next start, when there is room again', async () => {
    copyWith(() => undefined)
    const kilobytes = Math.ceil(fs.statSync(store()).size / 1_024) + 200
    const server = start({ before: `ulimit -f ${String(kilobytes)}` })
    const cookies = await fillUp(await server.listening())
    await server.end('SIGKILL')
    await start().listening()
    const lost: unknown[] = []
    for (const [index, known] of [cookie, ...cookies].entries()) {
      const { json } = await ask('/api/session', { cookie: known })
      if (!JSON.stringify(json).includes('"authenticated":true')) lost.push([index, known, json])
    }
    expect(lost, `of ${String(cookies.length)}`).toEqual([])
    await world.signIn()
  })
})
