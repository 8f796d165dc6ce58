import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { builtServer } from './built-server.ts'

export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ChildOptions {
  /** Folder of relative paths; a `.env` file there would be read. */
  cwd: string
  /** Arguments of `node` itself. */
  nodeArguments?: readonly string[]
  /** A shell command that runs before the server, in the same process: `ulimit -f 100`. */
  before?: string
  /** The user that runs the server, who must be able to read its files. */
  uid?: number
  /** In place of the server that the tests have built. */
  program?: string
}

/** The built server in a process of its own, which can be killed. */
export class ChildServer {
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(settings: Readonly<Record<string, string>>, options: ChildOptions) {
    const { cwd, nodeArguments = [], before, uid, program = builtServer } = options
    const command = [process.execPath, ...nodeArguments, program]
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

  /** @throws when the server could not be started */
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

  /** Resolves when the server listens. @throws when the server ends before */
  async listening(): Promise<this> {
    while (!this.#stdout.includes('redirect URI to register')) {
      const printed = once(this.#child.stdout ?? this.#child, 'data').then(() => undefined)
      const ending = await Promise.race([printed, this.ended])
      if (ending)
        throw new Error(`it ended before it served: ${JSON.stringify(ending)}\n${this.#stderr}`)
    }
    return this
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** @returns how the server ended */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.signal(signal)
    return this.ended
  }
}
