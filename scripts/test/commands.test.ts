import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../server/test/support/world.ts'
import { root } from '../support/paths.ts'

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/** A developer's own `.env` must not matter here: what is set to nothing counts as not set. */
const unset = { CLIENT_ID: '', CLIENT_SECRET: '', AUTHORITY: '', PUBLIC_URL: '', REDIRECT_PATH: '' }

interface Command {
  child: ChildProcess
  output: () => string
  /** Resolves when the text has been printed. */
  prints(text: string): Promise<void>
  /** Ctrl-C. */
  interrupt(): Promise<number | null>
  ends(): Promise<number | null>
}

function run(script: string, env: Record<string, string>): Command {
  const args = ['-C', '@entra-bff/source', '--import', 'tsx', script]
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...unset, ...env },
  })
  running.add(child)
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const printed = () =>
    new Promise<boolean>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.once('data', () => {
          resolve(false)
        })
    })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return {
    child,
    output: () => output,
    prints: async (text) => {
      while (!output.includes(text)) {
        const gone = await Promise.race([printed(), ended.then(() => true)])
        if (gone && !output.includes(text)) throw new Error(`ended without "${text}":\n${output}`)
      }
    },
    interrupt: () => {
      child.kill('SIGINT')
      return ended
    },
    ends: () => ended,
  }
}

async function isFree(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/`).then(
    () => false,
    () => true,
  )
}

describe('pnpm demo', () => {
  test('tells where to go and who can sign in, and leaves nothing behind', async () => {
    const [port, emulatorPort] = [await freePort(), await freePort()]
    const demo = run('scripts/demo.ts', {
      PORT: String(port),
      EMULATOR_PORT: String(emulatorPort),
    })
    await demo.prints('Ctrl-C ends the demo')
    expect(demo.output()).toContain(`http://localhost:${String(port)}`)
    expect(demo.output()).toContain('Adele Vance')
    expect(demo.output()).toContain('not\n  Microsoft')
    const answer = await fetch(`http://localhost:${String(port)}/api/session`)
    expect(await answer.text()).toContain('"name":"Adele Vance"')
    expect(await demo.interrupt()).toBe(0)
    expect([await isFree(port), await isFree(emulatorPort)]).toEqual([true, true])
  })

  test.each(['PORT', 'EMULATOR_PORT'])('names a %s in use and what to do', async (name) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const ports = { PORT: String(await freePort()), EMULATOR_PORT: String(await freePort()) }
    const demo = run('scripts/demo.ts', { ...ports, [name]: String(port) })
    expect(await demo.ends()).toBe(1)
    expect(demo.output()).toContain(`Port ${String(port)} is in use`)
    expect(demo.output()).toContain(`${name}=`)
    taken.close()
  })

  test('refuses a port that is none', async () => {
    const demo = run('scripts/demo.ts', { PORT: 'three thousand' })
    expect(await demo.ends()).toBe(1)
    expect(demo.output()).toContain('PORT is "three thousand"')
  })
})

async function startDev(settings: Record<string, string> = {}) {
  const [port, bffPort] = [await freePort(), await freePort()]
  const ports = { PORT: String(port), BFF_PORT: String(bffPort) }
  const settled = { SESSION_STORE: 'memory:', LOG_LEVEL: 'info' }
  return { dev: run('scripts/dev.ts', { ...ports, ...settled, ...settings }), port, bffPort }
}

describe('pnpm dev', () => {
  test('serves page and API on one origin, and Ctrl-C ends all of it', async () => {
    const { dev, port, bffPort } = await startDev()
    await dev.prints('Redirect URI to register')
    expect(dev.output()).toContain(`http://localhost:${String(port)}/getAToken`)
    await dev.prints('Server listening')
    const origin = `http://localhost:${String(port)}`
    const headers = { accept: 'text/html' }
    expect(await (await fetch(`${origin}/setup`, { headers })).text()).toContain('<div id="app">')
    expect(await (await fetch(`${origin}/api/setup`)).json()).toMatchObject({
      configured: false,
      redirectUri: `${origin}/getAToken`,
    })
    expect(await dev.interrupt()).toBe(0)
    expect([await isFree(port), await isFree(bffPort)]).toEqual([true, true])
  })

  test('takes its server along when it is killed', async () => {
    const { dev, bffPort } = await startDev()
    await dev.prints('Server listening')
    dev.child.kill('SIGKILL')
    await vi.waitUntil(() => isFree(bffPort), { timeout: 10_000 })
  })

  test('tells the problems of the settings, and goes on until Ctrl-C', async () => {
    const { dev } = await startDev({ SESSION_IDLE: 'soon' })
    await dev.prints('SESSION_IDLE must be a time such as 60m or 12h')
    expect(await dev.interrupt()).toBe(0)
  })
})
