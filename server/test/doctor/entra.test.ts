import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../support/certificates.ts'
import { diagnose } from '../support/doctor.ts'
import { freePort, World } from '../support/world.ts'

const nobody = 'c0ffee00-0000-4000-8000-000000000000'
const microsoft = `https://login.microsoftonline.com/${nobody}`

let world: World
beforeAll(async () => {
  world = await World.open({}, { keepsFiles: true })
})
afterAll(() => world.close())

/** Makes the authority answer with another document, or other headers. */
async function changeDiscovery(change: object, headers: Record<string, string> = {}) {
  const url = `${world.emulator.authority}/v2.0/.well-known/openid-configuration`
  const document = (await (await fetch(url)).json()) as object
  world.emulator.failNext('discovery', { status: 200, body: { ...document, ...change }, headers })
}

describe('the doctor and the authority', () => {
  test('the doctor says that the tenant is unknown, and skips what depends on it', async () => {
    const AUTHORITY = `${world.emulator.url}/${nobody}`
    const { exitCode, of } = await diagnose({ ...world.settings, AUTHORITY })
    expect(exitCode).toBe(1)
    expect(of('authority')).toEqual([expect.stringMatching(/^fail .*AADSTS90002/)])
    for (const check of ['clock', 'credential', 'redirect-uri'] as const) {
      expect(of(check)).toEqual([expect.stringMatching(/^skip /)])
    }
  })

  test('the doctor says that nothing listens where the authority is', async () => {
    const AUTHORITY = `http://localhost:${String(await freePort())}/${nobody}`
    const { exitCode, of } = await diagnose({ ...world.settings, AUTHORITY })
    expect(exitCode).toBe(1)
    expect(of('authority')).toEqual([expect.stringMatching(/^fail .*refuses connections/)])
  })

  test('the doctor says that the host name of the authority does not resolve', async () => {
    const AUTHORITY = `https://nowhere.invalid/${nobody}`
    const { of } = await diagnose({ ...world.settings, AUTHORITY })
    expect(of('authority')).toEqual([
      expect.stringMatching(/^fail .*its host name does not resolve.*DNS/),
    ])
  })

  test('the doctor says that the certificate of the authority is not trusted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-doctor-'))
    const { key, certificate: cert } = await makeCertificates(folder, ['localhost'])
    const server = createTlsServer({ key, cert }).listen(0, 'localhost')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const AUTHORITY = `https://localhost:${String(port)}/${nobody}`
    const { of } = await diagnose({ ...world.settings, AUTHORITY })
    expect(of('authority')).toEqual([
      expect.stringMatching(/^fail .*its certificate is not trusted.*NODE_EXTRA_CA_CERTS/),
    ])
    server.close()
    rmSync(folder, { recursive: true })
  })

  test('the doctor says that the proxy to the internet is away', async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${String(await freePort())}`
    const { of } = await diagnose({
      ...world.settings,
      HTTPS_PROXY,
      AUTHORITY: microsoft,
      ENDPOINT: '',
    })
    expect(of('authority')).toEqual([
      expect.stringMatching(/^fail .*HTTPS_PROXY: it refuses connections/),
    ])
  })

  test.each([
    [407, 'fail', /^fail .*answers 407.*user and password/],
    [403, 'fail', /^fail .*answers 403.*admitted in the proxy/],
  ])('the doctor says that the proxy to the internet answers %i', async (status, line) => {
    const proxy = createHttpServer().listen(0, '127.0.0.1')
    proxy.on('connect', (_request, socket) => {
      socket.end(`HTTP/1.1 ${String(status)} No\r\ncontent-length: 0\r\n\r\n`)
    })
    await once(proxy, 'listening')
    const HTTPS_PROXY = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`
    const { of } = await diagnose({
      ...world.settings,
      HTTPS_PROXY,
      AUTHORITY: microsoft,
      ENDPOINT: '',
    })
    expect(of('authority')).toEqual([expect.stringMatching(line)])
    proxy.close()
  })

  test('the doctor says that the issuer is not that of the authority', async () => {
    await changeDiscovery({ issuer: `https://evil.example/${nobody}/v2.0` })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(1)
    expect(of('authority')).toEqual([expect.stringMatching(/^fail .*evil\.example/)])
    expect(of('credential')).toEqual([expect.stringMatching(/^skip /)])
  })

  test('the doctor warns of an endpoint on a foreign host', async () => {
    await changeDiscovery({ end_session_endpoint: 'https://evil.example/logout' })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(0)
    expect(of('authority')).toContainEqual(expect.stringMatching(/^warn .*evil\.example/))
  })

  test('the doctor says that the signing keys cannot be had', async () => {
    world.emulator.failNext('keys', { status: 503, body: 'down' })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(1)
    expect(of('authority')).toEqual([
      expect.stringMatching(/^ok /),
      expect.stringMatching(/^fail .*answered 503/),
    ])
  })
})

describe('the doctor and the clock', () => {
  test.each([
    [30, 'ok', /^ok .*agrees/],
    [90, 'warn', /^warn .*(89|9\d) s behind/],
    [-90, 'warn', /^warn .*(89|9\d) s ahead/],
    [400, 'fail', /^fail .*s behind.*no sign-in succeeds/],
    [-400, 'fail', /^fail .*s ahead.*no sign-in succeeds/],
  ])(
    'when the clock of Entra is %i s ahead, the doctor says %s',
    async (seconds, _status, line) => {
      await changeDiscovery({}, { date: new Date(Date.now() + seconds * 1_000).toUTCString() })
      const { of } = await diagnose(world.settings)
      expect(of('clock')).toEqual([expect.stringMatching(line)])
    },
  )
})

describe('the doctor and the app registration', () => {
  test('the doctor says that the client secret is wrong, and that its value must be copied', async () => {
    const { exitCode, of } = await diagnose({ ...world.settings, CLIENT_SECRET: 'wrong~secret' })
    expect(exitCode).toBe(1)
    expect(of('credential')).toEqual([expect.stringMatching(/^fail .*AADSTS7000215.*Value/)])
  })

  test('the doctor says that the client secret has expired', async () => {
    const entraError = { error: 'invalid_client', aadsts: 7000222 }
    world.emulator.failNext('token', { status: 401, entraError })
    const { of } = await diagnose(world.settings)
    expect(of('credential')).toEqual([expect.stringMatching(/^fail .*has expired/)])
  })

  test('the doctor warns of an answer of Entra that tells nothing of the credential', async () => {
    const entraError = { error: 'invalid_grant', aadsts: 53003 }
    world.emulator.failNext('token', { entraError })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(0)
    expect(of('credential')).toEqual([expect.stringMatching(/^warn .*AADSTS53003/)])
  })

  test('the doctor says that the token endpoint cannot be reached', async () => {
    world.emulator.failNext('token', { reset: true })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(1)
    expect(of('credential')).toEqual([expect.stringMatching(/^fail .*closes connections/)])
  })

  test('the doctor says that the app is unknown', async () => {
    const { exitCode, of } = await diagnose({ ...world.settings, CLIENT_ID: nobody })
    expect(exitCode).toBe(1)
    for (const check of ['credential', 'redirect-uri'] as const) {
      expect(of(check)).toEqual([expect.stringMatching(/^fail .*AADSTS700016/)])
    }
  })

  test('where the authority names no tenant, the doctor says how to try the credential', async () => {
    const AUTHORITY = `${world.emulator.url}/organizations`
    const { exitCode, of } = await diagnose({ ...world.settings, AUTHORITY })
    expect(exitCode).toBe(0)
    expect(of('credential')).toEqual([expect.stringMatching(/^warn .*<tenant ID of the app>/)])
    expect(of('redirect-uri')).toEqual([expect.stringMatching(/^ok /)])
  })

  test('the doctor says that the redirect URI is not registered', async () => {
    const { exitCode, of } = await diagnose({ ...world.settings, REDIRECT_PATH: '/elsewhere' })
    expect(exitCode).toBe(1)
    expect(of('redirect-uri')).toEqual([expect.stringMatching(/^fail .*AADSTS50011/)])
  })

  test('the doctor warns when Entra does not tell whether the redirect URI is registered', async () => {
    world.emulator.failNext('authorize', { status: 200, body: '<p>Sign in</p>' })
    const { exitCode, of } = await diagnose(world.settings)
    expect(exitCode).toBe(0)
    expect(of('redirect-uri')).toEqual([expect.stringMatching(/^warn /)])
  })

  test('the doctor says that Entra takes http redirect URIs for localhost only', async () => {
    const { of } = await diagnose({
      ...world.settings,
      PUBLIC_URL: 'http://app.example.invalid',
      INSECURE_HTTP: 'on',
      SESSION_SECRET: 's'.repeat(32),
    })
    expect(of('redirect-uri')).toContainEqual(expect.stringMatching(/^fail .*localhost only/))
  })
})
