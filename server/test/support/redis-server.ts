import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

/** `pnpm test` installs Redis, or says why the tests that need it are skipped. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** The rights without which the server does not start. */
export const storeRights = '~entra-bff:* +@connection +get +mget +set +del +eval +scan +info'.split(
  ' ',
)

/** A Redis of its own for a test, which can be stopped, paused, and started again on the same port. */
export class RedisServer {
  readonly port: number
  readonly folder = mkdtempSync(join(tmpdir(), 'entra-bff-redis-'))
  #arguments: readonly string[] = []
  #child: ChildProcess | undefined
  readonly #kill = () => this.#child?.kill('SIGKILL')

  private constructor(port: number) {
    this.port = port
    process.once('exit', this.#kill)
  }

  /** @param settings more arguments of `redis-server` */
  static async start(...settings: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort())
    const own = ['--port', String(server.port), '--bind', '127.0.0.1', '--save', '']
    server.#arguments = [...own, '--dir', server.folder, ...settings]
    await server.restart()
    return server
  }

  /** A Sentinel that knows the master, and those that replicate it, as `sessions`. */
  static async startSentinel(master: RedisServer): Promise<RedisServer> {
    const sentinel = new RedisServer(await freePort())
    const file = join(sentinel.folder, 'sentinel.conf')
    const lines = [
      `port ${String(sentinel.port)}`,
      'bind 127.0.0.1',
      `dir ${sentinel.folder}`,
      `sentinel monitor sessions 127.0.0.1 ${String(master.port)} 1`,
      'sentinel down-after-milliseconds sessions 500',
      'sentinel failover-timeout sessions 2000',
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    sentinel.#arguments = [file, '--sentinel']
    await sentinel.restart()
    return sentinel
  }

  get address(): string {
    return `127.0.0.1:${String(this.port)}`
  }

  /** The settings of an app that keeps its sessions here. */
  get settings() {
    return { SESSION_STORE: `redis://${this.address}`, SESSION_SECRET: 's'.repeat(32) }
  }

  /** Starts it again. With `appendonly`, it has its records. */
  async restart(): Promise<void> {
    const child = spawn('redis-server', this.#arguments, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (/Ready to accept connections|\+monitor master/.test(line)) {
        child.stdout.resume()
        return
      }
    }
    throw new Error(`redis-server ended:\n${lines.join('\n')}`)
  }

  /** It keeps its connections, and takes new ones, but answers none of them. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async close(): Promise<void> {
    await this.stop()
    process.off('exit', this.#kill)
    rmSync(this.folder, { recursive: true })
  }

  /** @returns what `redis-cli` prints */
  cli(...args: string[]): string {
    return redisCli('-p', String(this.port), ...args)
  }
}

export function redisCli(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('redis-cli', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`redis-cli ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout.trim()
}
