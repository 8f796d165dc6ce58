import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Emulator, startEmulator } from '@entra-bff/emulator'
import { Agent, buildConnector } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { type Certificates, makeCertificates } from './support/certificates.ts'
import { adele, freePort } from './support/world.ts'

const hosts = ['login.microsoftonline.com', 'graph.microsoft.com']
const client = {
  clientId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee',
  clientSecret: 'test~secret~value',
}
const builtServer = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const preload = new URL('support/loopback-hosts.mjs', import.meta.url).href

/** The built server as in production; only its name resolution leads back to this machine. */
describe("under Microsoft's own host names", () => {
  let folder: string
  let certificates: Certificates
  let emulator: Emulator
  let front: Server
  let server: ChildProcess
  let origin: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entra-bff-hosts-'))
    certificates = makeCertificates(folder, hosts)
    const port = await freePort()
    origin = `http://localhost:${String(port)}`
    emulator = await startEmulator({
      publicUrl: 'https://login.microsoftonline.com',
      graphUrl: 'https://graph.microsoft.com',
      automaticUser: adele,
      clients: [{ ...client, redirectUris: [`${origin}/getAToken`] }],
    })
    const { key, certificate: cert } = certificates
    front = createServer({ key, cert }, emulator.handler).listen(0, '127.0.0.1')
    await once(front, 'listening')
    server = startServer(port, (front.address() as AddressInfo).port)
    await lineWith('redirect URI to register')
  }, 60_000)
  afterAll(async () => {
    server.kill('SIGTERM')
    await once(server, 'exit')
    front.closeAllConnections()
    front.close()
    await emulator.close()
    rmSync(folder, { recursive: true })
  })

  function startServer(port: number, frontPort: number): ChildProcess {
    return spawn(process.execPath, ['--import', preload, builtServer], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        NODE_EXTRA_CA_CERTS: certificates.authorityFile,
        TEST_HOST_PORTS: JSON.stringify(Object.fromEntries(hosts.map((host) => [host, frontPort]))),
        PORT: String(port),
        SESSION_SECRET: 's'.repeat(32),
        CLIENT_ID: client.clientId,
        CLIENT_SECRET: client.clientSecret,
        AUTHORITY: `https://login.microsoftonline.com/${emulator.tenantId}`,
      },
    })
  }

  async function lineWith(text: string): Promise<void> {
    if (!server.stdout) throw new Error('no output')
    for await (const line of createInterface({ input: server.stdout })) {
      if (line.includes(text)) return
    }
    throw new Error('the server ended before it listened')
  }

  /** A browser for which the two names lead to this machine as well. */
  function openBrowser(): Browser {
    const { port } = front.address() as AddressInfo
    const connect = buildConnector({ ca: certificates.authority })
    const agent = new Agent({
      connect: (options, callback) => {
        const { hostname } = options
        const here = { ...options, hostname: '127.0.0.1', port: String(port), servername: hostname }
        connect(hosts.includes(hostname) ? here : options, callback)
      },
    })
    return new Browser(origin, agent)
  }

  test('the same build signs in, calls Graph and signs out', async () => {
    const browser = openBrowser()
    const { url, visited } = await browser.goTo('/auth/login?returnTo=%2Fresult%2Fme')
    expect(visited[1]?.origin).toBe('https://login.microsoftonline.com')
    expect(url.href).toBe(`${origin}/result/me`)

    const { status, json } = await browser.fetch('/api/me')
    expect([status, json]).toMatchObject([200, { displayName: 'Adele Vance' }])
    expect(emulator.requests('me').at(-1)?.headers.host).toBe('graph.microsoft.com')

    const { headers } = await browser.submit('/auth/logout')
    expect(headers['location']).toMatch(/^https:\/\/login\.microsoftonline\.com\//)
    expect((await browser.fetch('/api/me')).status).toBe(401)
  })
})
