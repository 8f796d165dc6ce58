import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type ChildOptions, ChildServer, type Ending } from './child-server.ts'
import { contentOf } from './folder-content.ts'
import { World } from './world.ts'

/** A store with twenty sessions. Each test changes a copy of its folder and starts a server on the copy. */
export class StoreCopies {
  world!: World
  /** Where everything of these tests lies. */
  top = ''
  /** The copy. */
  folder = ''
  /** The cookie of somebody who is signed in. */
  cookie = ''
  #intact = ''
  readonly #running = new Set<ChildServer>()

  async open(): Promise<void> {
    this.top = fs.mkdtempSync(join(tmpdir(), 'entra-bff-copies-'))
    fs.chmodSync(this.top, 0o755)
    this.#intact = join(this.top, 'intact')
    this.world = await World.open({ SESSION_STORE: `file:${this.#intact}` })
    for (let count = 0; count < 20; count += 1) {
      this.cookie = await (await this.world.signIn()).cookieHeader()
    }
    await this.world.stopServer()
  }

  /** Makes a copy of the intact folder, and changes one thing in the copy. */
  copyWith(change: () => void = () => undefined): void {
    this.folder = join(this.top, 'data')
    fs.cpSync(this.#intact, this.folder, { recursive: true })
    change()
  }

  /** Writes other bytes into the file of the store. */
  changeStore(change: (bytes: Buffer) => Buffer): void {
    fs.writeFileSync(this.storeFile, change(fs.readFileSync(this.storeFile)))
  }

  get storeFile(): string {
    return join(this.folder, 'sessions.mdb')
  }

  get secretFile(): string {
    return join(this.folder, 'session-secret')
  }

  start(options: Partial<ChildOptions> = {}, settings: Record<string, string> = {}): ChildServer {
    const store = { SESSION_STORE: `file:${this.folder}`, LOG_LEVEL: 'info' }
    const all = { ...this.world.settings, ...store, ...settings }
    const server = new ChildServer(all, { cwd: this.top, ...options })
    this.#running.add(server)
    return server
  }

  async ask(path: string, headers: Record<string, string> = { cookie: this.cookie }) {
    const options = { headers: { 'x-csrf': '1', ...headers } }
    const answer = await request(`${this.world.origin}${path}`, options)
    return { status: answer.statusCode, json: await answer.body.json() }
  }

  /** Expects that the server does not start, and that one message names the place and says what to do. */
  async expectRefusal(server: ChildServer, before: object, place = this.folder): Promise<void> {
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
    expect(contentOf(this.folder)).toEqual(before)
  }

  async removeCopy(): Promise<void> {
    await Promise.all([...this.#running].map((server) => server.end('SIGKILL')))
    this.#running.clear()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  async close(): Promise<void> {
    await this.world.close()
    fs.rmSync(this.top, { recursive: true })
  }
}

/** For the tests of one file. */
export function useStoreCopies(): StoreCopies {
  const copies = new StoreCopies()
  beforeAll(() => copies.open())
  afterEach(() => copies.removeCopy())
  afterAll(() => copies.close())
  return copies
}
