import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

export interface ServerProcess {
  child: ChildProcess
  /** The exit code, or the name of the signal that ended it. */
  ended: Promise<number | string>
}

/**
 * The server as a process of its own, from source; resolves when it listens.
 * @param folder to run in: one without a settings file
 */
export async function startServerProcess(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['-C', '@entra-bff/source', '--import', tsx, main], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? 'nothing',
  )
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('redirect URI to register')) resolve()
    })
    void ended.then((how) => {
      reject(new Error(`the server ended before it listened: ${String(how)}`))
    })
  })
  return { child, ended }
}
