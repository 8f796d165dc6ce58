import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from '../../server/test/support/browser.ts'
import { openEvents } from '../../server/test/support/event-stream.ts'
import { adele, freePort, registrationAt, settingsFor } from '../../server/test/support/world.ts'
import { buildPackages } from '../support/build.ts'
import { codeIn, readTokens } from '../support/markdown.ts'
import { OutsideProject } from '../support/outside-project.ts'
import { root } from '../support/paths.ts'

const megan = 'MeganB@contoso.onmicrosoft.com'
/** How examples/README.md starts the app. */
const command = codeIn(readTokens('examples/README.md'))
  .flatMap((code) => code.split('\n'))
  .find((line) => line.endsWith('examples/fastify-app.ts'))

type Manifest = Record<'dependencies' | 'peerDependencies', Record<string, string>>
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'server/package.json'), 'utf8'),
) as Manifest
const others = Object.keys({ ...dependencies, ...peerDependencies })
  .filter((name) => !name.startsWith('@entra-bff/'))
  .map((name) => `server/node_modules/${name}`)

const types = `
import { requireCaller, requireRole } from '@entra-bff/server'
import { fastify } from 'fastify'
fastify().get('/', { preHandler: requireRole('r') }, (request) => {
  // @ts-expect-error There is no such member.
  requireCaller(request).nonsense
  // @ts-expect-error Nobody may be signed in.
  return request.caller.user
})
// @ts-expect-error The modules of the package are its own.
import '@entra-bff/server/app'`

let project: OutsideProject
let complaints: string
beforeAll(() => {
  buildPackages()
  project = new OutsideProject()
  const both = ['--dir', root, '--filter', '@entra-bff/server...']
  project.run('pnpm', [...both, 'pack', '--pack-destination', project.folder])
  project.install(['./entra-bff-shared-0.1.0.tgz', './entra-bff-server-0.1.0.tgz'], others)
  project.copy('examples/fastify-app.ts', 'app.ts')
  project.write('types.ts', types)
  complaints = project.compile()
}, 240_000)
afterAll(() => {
  project.remove()
})

let emulator: Emulator
let origin: string
let output: string
const running = new Set<ChildProcess>()
beforeEach(async () => {
  origin = `http://localhost:${String(await freePort())}`
  const appRoles = [{ value: 'Reports.Read', users: [adele] }]
  const registration = { ...registrationAt(origin), appRoles }
  emulator = await startEmulator({ automaticUser: adele, clients: [registration] })
  output = ''
})
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  await emulator.close()
})

function start(args: readonly string[], cwd: string, settings: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'], ...settingsFor(emulator, origin), ...settings }
  const child = spawn(process.execPath, args, { cwd, env: { ...env, SESSION_STORE: 'memory:' } })
  running.add(child)
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const listening = new Promise<Browser>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes('Server listening')) resolve(new Browser(origin))
      })
    child.once('close', () => {
      reject(new Error(output))
    })
  })
  // Not every test waits for this.
  listening.catch(() => undefined)
  return { child, ended, listening }
}

describe('an app outside the workspace that registers the built plugin', () => {
  test('the example compiles strictly against the package, which shows its own entry alone', () => {
    expect(complaints).toBe('')
  })

  test('the example signs people in, calls Graph, and answers its own route to those who may', async () => {
    const { child, ended, listening } = start(['app.js'], project.folder)
    const browser = await listening
    const page = await browser.goTo('/auth/login')
    expect(page).toMatchObject({ status: 200, html: expect.stringContaining('Sign in') as string })
    expect(page.headers['content-security-policy']).toBeUndefined()
    const me = await browser.fetch('/api/me')
    expect(me).toMatchObject({ status: 200, json: { displayName: 'Adele Vance' } })
    const greeting = await browser.fetch('/api/greeting')
    expect(greeting.json).toEqual({ text: 'Hello Adele Vance, Product Marketing Manager!' })

    emulator.signInAutomaticallyAs(megan)
    const other = new Browser(origin)
    expect(await other.fetch('/api/greeting')).toMatchObject({ status: 401 })
    await other.goTo('/auth/login')
    expect(await other.fetch('/api/greeting')).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    })

    await openEvents(origin, browser)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  test('a mistake in its settings stops the example with a sentence', async () => {
    const [code] = await start(['app.js'], project.folder, { CLIENT_ID: '' }).ended
    expect([code, output]).toEqual([1, expect.stringContaining('CLIENT_ID is missing: ')])
  })

  test('inside the workspace, the line of the page of examples starts it too', async () => {
    // The settings of this test, not those of a developer.
    const [, ...args] = command?.replace('--env-file=.env ', '').split(' ') ?? []
    const { child, ended, listening } = start(args, root)
    const browser = await listening
    expect(await browser.fetch('/api/greeting')).toMatchObject({ status: 401 })
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })
})
