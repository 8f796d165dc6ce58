import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const builtServer = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ChildOptions {
  /** Where relative paths, and the settings file that is not there, are looked for. */
  cwd: string
  /** For `node` itself, before the name of the program. */
  nodeArguments?: readonly string[]
  /** Runs in a shell before the server takes its place: `ulimit -f 100`. */
  before?: string
  /** As this user, who must be able to read the server. */
  uid?: number
}

/** The built server in a process of its own, which can be killed. */
export class ChildServer {
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(settings: Readonly<Record<string, string>>, options: ChildOptions) {
    const { cwd, nodeArguments = [], before, uid } = options
    const command = [process.execPath, ...nodeArguments, builtServer]
    const [file = '', ...args] =
      before === undefined ? command : ['bash', '-c', `${before}; exec "$@"`, 'bash', ...command]
    this.#child = spawn(file, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...settings },
      ...(uid !== undefined && { uid, gid: uid }),
    })
    this.ended = once(this.#child, 'close').then(() => {
      const { exitCode: code, signalCode: signal } = this.#child
      return { code, signal }
    })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
  }

  /** @throws when it could not be started */
  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error('the server was not started')
    return pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Resolves when it serves. @throws when it ends before */
  async listening(): Promise<this> {
    while (!this.#stdout.includes('redirect URI to register')) {
      const printed = once(this.#child.stdout ?? this.#child, 'data').then(() => undefined)
      const ending = await Promise.race([printed, this.ended])
      if (ending)
        throw new Error(`it ended before it served: ${JSON.stringify(ending)}\n${this.#stderr}`)
    }
    return this
  }

  /** @returns how it ended, at once if it had already */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.#child.kill(signal)
    return this.ended
  }
}
