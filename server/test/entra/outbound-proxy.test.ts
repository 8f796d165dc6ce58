import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { ConnectProxy } from '../support/connect-proxy.ts'
import { type MicrosoftOptions, MicrosoftWorld } from '../support/microsoft-world.ts'
import { World } from '../support/world.ts'

const login = 'login.microsoftonline.com'
const graph = 'graph.microsoft.com'
const authority = `https://${login}/organizations`
const hosts = { login, issuer: login, graph, authority }

describe('a proxy to the internet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-proxy-'))
  let certificates: Certificates
  let proxy: ConnectProxy
  let world: MicrosoftWorld | undefined
  beforeAll(async () => {
    certificates = await makeCertificates(folder, [login, graph])
  })
  beforeEach(async () => {
    proxy = await ConnectProxy.open()
  })
  afterEach(async () => {
    await world?.close()
    world = undefined
    proxy.close()
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  async function callThrough(options: MicrosoftOptions): Promise<unknown> {
    world = await MicrosoftWorld.open(hosts, certificates, folder, options)
    proxy.port = world.port
    const browser = world.openBrowser()
    await browser.goTo('/auth/login')
    return (await browser.fetch('/api/me')).json
  }

  test('requests to Entra and the APIs go through HTTPS_PROXY, with its password', async () => {
    const settings = { HTTPS_PROXY: proxy.url('me:secret@') }
    const me = await callThrough({ settings, isOnline: false })
    expect(me).toMatchObject({ displayName: 'Adele Vance' })
    const targets = new Set(proxy.requests.map(({ target }) => target))
    expect(targets).toEqual(new Set([`${login}:443`, `${graph}:443`]))
    const expected = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(proxy.requests.every(({ authorization }) => authorization === expected)).toBe(true)
  }, 60_000)

  test('requests to hosts of NO_PROXY do not go through HTTPS_PROXY', async () => {
    const settings = { HTTPS_PROXY: proxy.url(), NO_PROXY: `intranet.example,${login}` }
    expect(await callThrough({ settings })).toMatchObject({ displayName: 'Adele Vance' })
    expect(new Set(proxy.requests.map(({ target }) => target))).toEqual(new Set([`${graph}:443`]))
  }, 60_000)

  test.each<Record<string, string>>([
    { HTTP_PROXY: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' },
    { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' },
  ])(
    'requests go through no proxy where the settings name none: %j',
    async (settings) => {
      expect(await callThrough({ settings })).toMatchObject({ displayName: 'Adele Vance' })
    },
    60_000,
  )

  test('requests to this machine do not go through HTTPS_PROXY', async () => {
    const local = await World.open({ HTTPS_PROXY: proxy.url() })
    const browser = await local.signIn()
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(proxy.requests).toEqual([])
    await local.close()
  })
})
