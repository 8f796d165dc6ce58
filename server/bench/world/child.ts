import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as after } from 'node:timers/promises'

/** The server that is measured has this core for itself. */
export const serverCore = 0
/** The bench, its load, the identity provider and the stand-in for Graph share this core. */
export const loadCore = 1

const graceMs = 5_000
/** Characters. */
const maxStderrCharacters = 4_000
const running = new Set<ChildProcess>()

export interface ChildOptions {
  /** The process and those that it starts run on these cores alone. */
  cores: readonly number[]
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** `pipe`: the output can be read. `ignore`, the default: it goes to `/dev/null`. */
  stdout?: 'pipe' | 'ignore'
}

/** A process that is bound to cores, with all processes that it starts. */
export class Child {
  readonly pid: number
  /** By the clock of `performance`. */
  readonly startedAt = performance.now()
  readonly #process: ChildProcess
  #stderr = ''

  constructor(command: readonly string[], { cores, env, cwd, stdout = 'ignore' }: ChildOptions) {
    this.#process = spawn('taskset', ['-c', cores.join(), ...command], {
      // A group of its own, so that `end` reaches the processes below as well.
      detached: true,
      stdio: ['ignore', stdout, 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
      ...(cwd !== undefined && { cwd }),
    })
    if (this.#process.pid === undefined) throw new Error(`"${command.join(' ')}" did not start`)
    this.pid = this.#process.pid
    running.add(this.#process)
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-maxStderrCharacters)
    })
    this.#process.once('exit', () => running.delete(this.#process))
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** The end of stderr. */
  get stderrTail(): string {
    return this.#stderr.trim()
  }

  /** @throws when the process ends without such a line */
  async firstLine(pattern = /^/): Promise<string> {
    if (!this.#process.stdout) throw new Error('the output is not read')
    for await (const line of createInterface({ input: this.#process.stdout })) {
      if (pattern.test(line)) return line
    }
    throw new Error(`process ${String(this.pid)} ended without a line: ${this.stderrTail}`)
  }

  /** The whole output, once the process has ended. @throws when it failed */
  async output(): Promise<string> {
    let text = ''
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    await once(this.#process, 'close')
    if (this.#process.exitCode !== 0)
      throw new Error(`a process failed: ${this.stderrTail}\n${text}`)
    return text
  }

  async end(): Promise<void> {
    if (this.hasEnded) return
    const ended = once(this.#process, 'exit')
    signalGroup(this.pid, 'SIGTERM')
    await Promise.race([ended, after(graceMs, undefined, { ref: false })])
    signalGroup(this.pid, 'SIGKILL')
    await ended
  }
}

/** Ends every process of the bench at once. */
export function endAll(): void {
  for (const { pid } of running) if (pid !== undefined) signalGroup(pid, 'SIGKILL')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}
