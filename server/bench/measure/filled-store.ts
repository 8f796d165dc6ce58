import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../test/support/world.ts'
import { serverSettings, startThisServer } from '../servers/this-server.ts'
import { Child, loadCore } from '../world/child.ts'
import { signIn } from '../world/sign-in.ts'
import { appPath } from '../world/world.ts'
import type { Bench } from './bench.ts'
import { firstAnswer } from './first-answer.ts'

/** More sessions than this are stored without tokens and lists: a million whole ones fill a disk. */
const maxSessionsWithTokens = 100_000

interface StartOptions {
  port?: number
  cores?: readonly number[]
  settings?: Readonly<Record<string, string>>
}

/** A store with sessions, all of them alive and each of another person. */
export class FilledStore {
  readonly count: number
  readonly port: number
  /** Cookies of up to 100,000 sessions. */
  readonly cookies: readonly string[]
  readonly hasTokens: boolean
  readonly #bench: Bench
  readonly #folder: string
  readonly #location: string

  private constructor(
    bench: Bench,
    count: number,
    port: number,
    folder: string,
    location: string,
    cookies: readonly string[],
  ) {
    this.#bench = bench
    this.count = count
    this.port = port
    this.#folder = folder
    this.#location = location
    this.cookies = cookies
    this.hasTokens = count <= maxSessionsWithTokens
  }

  /** @param redisUrl undefined: a store of files */
  static async make(bench: Bench, count: number, redisUrl?: string): Promise<FilledStore> {
    const { world, browsers } = bench
    const port = await freePort()
    const origin = `http://localhost:${String(port)}`
    const folder = join(world.folder, `stored-${String(count)}-${String(port)}`)
    mkdirSync(folder)
    const location = redisUrl ?? `file:${folder}`
    const store = { SESSION_STORE: location }
    const server = startThisServer(world, port, store)
    await firstAnswer(server, `${origin}/api/session`)
    const cookie = await signIn(browsers, origin, '/auth/login')
    await server.end()
    const what = count <= maxSessionsWithTokens ? 'with-tokens' : 'record-only'
    const cookieFile = join(folder, 'cookies')
    const fill = [process.execPath, appPath('fill.js'), String(count - 1), what, cookieFile]
    const env = { ...serverSettings(world, port), ...store }
    await new Child(fill, { cores: [loadCore], env, stdout: 'pipe' }).output()
    const cookies = [cookie, ...readFileSync(cookieFile, 'utf8').split('\n').filter(Boolean)]
    return new FilledStore(bench, count, port, folder, location, cookies)
  }

  /**
   * Starts one more server on the store.
   * @param options.port another one than `this.port` for a second server
   */
  start({ port = this.port, cores, settings }: StartOptions = {}): Child {
    const more = {
      ...settings,
      SESSION_STORE: this.#location,
      // Names the cookies, which all servers of the store share.
      PUBLIC_URL: `http://localhost:${String(this.port)}`,
    }
    return startThisServer(this.#bench.world, port, more, cores)
  }

  /** Of a store of files. */
  get bytes(): number {
    return statSync(join(this.#folder, 'sessions.mdb')).size
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}
