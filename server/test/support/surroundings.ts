import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { Nginx } from './nginx.ts'
import { RedisServer } from './redis-server.ts'

/**
 * `TEST_STORE=file` or `redis` runs the tests that do not choose a store on that store.
 * `TEST_PROXY=nginx` runs them on two servers behind nginx, which share a Redis.
 */
const { TEST_STORE: testStore, TEST_PROXY: testProxy } = process.env

/**
 * Skips a test of what nginx hides: requests that nginx refuses by itself or sends one after another,
 * and what each server counts for itself.
 */
export const behindNginx = testProxy === 'nginx'

/** The store and the proxy of a world. */
export class Surroundings {
  /** Where sessions are kept in files, else empty; removed at the end. */
  readonly folder: string
  /** Where the servers listen. */
  readonly ports: readonly number[]
  readonly #redis: RedisServer | undefined
  readonly #nginx: Nginx | undefined

  private constructor(
    folder: string,
    ports: readonly number[],
    redis: RedisServer | undefined,
    nginx: Nginx | undefined,
  ) {
    this.folder = folder
    this.ports = ports
    this.#redis = redis
    this.#nginx = nginx
  }

  /**
   * @param port where browsers find the servers
   * @param store what the test needs, if it needs one: its own store is set up by the test
   */
  static async open(port: number, store?: 'file' | 'own'): Promise<Surroundings> {
    const isFree = store === undefined
    const needsFolder = store === 'file' || (isFree && testStore === 'file')
    const folder = needsFolder ? mkdtempSync(join(tmpdir(), 'entra-bff-world-')) : ''
    if (!isFree || !behindNginx) {
      const redis = isFree && testStore === 'redis' ? await RedisServer.start() : undefined
      return new Surroundings(folder, [port], redis, undefined)
    }
    const servers = [await freePort(), await freePort()] as const
    const [redis, nginx] = [await RedisServer.start(), await Nginx.start({ port, servers })]
    return new Surroundings(folder, servers, redis, nginx)
  }

  get settings(): Record<string, string> {
    const store = this.folder === '' ? 'memory:' : `file:${this.folder}`
    return { SESSION_STORE: store, ...this.#redis?.settings }
  }

  async close(): Promise<void> {
    await this.#nginx?.close()
    await this.#redis?.close()
    if (this.folder !== '') rmSync(this.folder, { recursive: true })
  }
}
