import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pretty from 'pino-pretty'
import { root } from './paths.ts'
import { isAnswering } from './ports.ts'
import { say } from './say.ts'

const watchedFolders = ['server/src', 'shared/src']
const settleMs = 150

export interface RestartingServer {
  /** Resolves when the server listens, or has ended because of wrong settings. */
  settled(port: number): Promise<void>
  stop(): Promise<void>
}

/** Runs the server from source, and restarts it when its source or `.env` changes. */
export function restartOnChange(environment: () => NodeJS.ProcessEnv): RestartingServer {
  let child = start(environment())
  let timer: NodeJS.Timeout | undefined
  let restarts: Promise<void> = Promise.resolve()

  const restart = () => {
    restarts = restarts.then(async () => {
      await stop(child)
      say('The server restarts …')
      child = start(environment())
    })
  }
  const onChange = () => {
    clearTimeout(timer)
    timer = setTimeout(restart, settleMs)
  }
  const watchers = watchedFolders.map((path) =>
    watch(join(root, path), { recursive: true }, onChange),
  )
  const settings = watch(root, (_event, file) => {
    if (file === '.env') onChange()
  })

  return {
    settled: async (port) => {
      while (isRunning(child) && !(await isAnswering('127.0.0.1', port))) await wait(50)
    },
    stop: async () => {
      clearTimeout(timer)
      for (const watcher of [...watchers, settings]) watcher.close()
      await restarts
      await stop(child)
    },
  }
}

function start(env: NodeJS.ProcessEnv): ChildProcess {
  const args = ['-C', '@entra-bff/source', '--import', 'tsx', join(root, 'server/src/main.ts')]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // The server has its own process group, so that Ctrl-C ends it only through `stop`.
    detached: process.platform !== 'win32',
  })
  child.stdout?.pipe(pretty({ colorize: true, ignore: 'pid,hostname' }))
  return child
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  // On SIGTERM the server would first give its clients time to disconnect.
  child.kill('SIGINT')
  await once(child, 'exit')
}
