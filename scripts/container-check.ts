import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startEmulator } from '@entra-bff/emulator'
import { freePort, registrationAt, settingsFor } from '../server/test/support/world.ts'
import { environmentOf, readDockerfile, valueOf, wordsOf } from './support/dockerfile.ts'
import { ImageFolders } from './support/image-folder.ts'
import { isAnswering } from './support/ports.ts'
import { giveUp, say } from './support/say.ts'
import { copyFiles } from './support/working-copy.ts'

/**
 * Does what the Dockerfile says in bare folders, for machines without a container engine. Starts the result as its
 * CMD and USER say, where it can write to its data folder alone, and asks whether it is ready.
 */
const top = mkdtempSync(join(tmpdir(), 'entra-bff-container-'))
process.once('exit', () => {
  spawnSync('chmod', ['-R', 'u+w', top])
  rmSync(top, { recursive: true, force: true })
})
// The user of the image reads its files.
chmodSync(top, 0o755)
const context = join(top, 'context')
mkdirSync(context)
copyFiles(context)
const folders = new ImageFolders(top, context)
const stages = readDockerfile()
const home = stages.map((stage) => folders.build(stage)).at(-1) ?? ''
const image = stages.at(-1) ?? giveUp('The Dockerfile has no stage.')

spawnSync('chmod', ['-R', 'a-w', home])
chmodSync(join(home, '.data'), 0o700)
say(spawnSync('du', ['-sh', home], { encoding: 'utf8' }).stdout.trim())

const port = await freePort()
const origin = `http://localhost:${String(port)}`
const emulator = await startEmulator({ clients: [registrationAt(origin)] })
const [uid, gid] = valueOf(image, 'USER').split(':').map(Number)
const options = {
  cwd: home,
  env: {
    PATH: process.env['PATH'],
    ...environmentOf(image),
    ...settingsFor(emulator, origin),
    SESSION_SECRET: 's'.repeat(32),
    // Not 0.0.0.0 of the image: no other machine has a business here.
    HOST: '127.0.0.1',
  },
  ...(process.getuid?.() === 0 && { uid, gid }),
}
const [command = '', ...args] = wordsOf(valueOf(image, 'CMD'))
const server = spawn(command, args, { ...options, stdio: 'inherit' })
const ended = once(server, 'exit')
while (server.exitCode === null && !(await isAnswering('127.0.0.1', port))) await wait(100)

const readiness = await fetch(`${origin}/readyz`)
confirm('/readyz is 200', readiness.status === 200)
const page = await fetch(origin, { headers: { accept: 'text/html' } })
confirm('/ is the page', (await page.text()).includes('<div id="app">'))
confirm('the health check succeeds', runs(wordsOf(valueOf(image, 'HEALTHCHECK'))))
confirm('the operator can list sessions', runs(['node', 'server/bin/sessions.mjs', 'list']))
confirm('its own files cannot be written', !runs(['touch', 'server/bundle/main.js']))
server.kill(valueOf(image, 'STOPSIGNAL') as NodeJS.Signals)
confirm('it ends by itself', (await ended)[0] === 0)
await emulator.close()

function runs([file = '', ...more]: string[]): boolean {
  return spawnSync(file, more, { ...options, stdio: 'ignore' }).status === 0
}

function confirm(what: string, holds: boolean): void {
  if (!holds) {
    server.kill('SIGKILL')
    giveUp(`Not so in the container: ${what}.`)
  }
  say(`In the container: ${what}.`)
}
