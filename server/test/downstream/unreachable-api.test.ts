import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeCertificates } from '../support/certificates.ts'
import { json } from '../support/scripted-api.ts'
import { undiciTimers } from '../support/undici-timers.ts'
import { startUpstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

test('an API or an authority with an untrusted certificate gets no request (#22)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-upstream-'))
  const { key, certificate: cert } = await makeCertificates(folder, ['localhost'])
  let asked = 0
  const server = createServer({ key, cert }, (_request, response) => {
    asked += 1
    response.writeHead(200, json).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const origin = `https://localhost:${String(port)}`
  const world = await World.open({ ENDPOINT: `${origin}/v1.0/me` })
  const browser = await world.signIn()
  expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
  await world.stopServer()
  await world.startServer({ AUTHORITY: `${origin}/${world.emulator.tenantId}` })
  const ready = await fetch(`${world.origin}/readyz`)
  expect(await ready.json()).toMatchObject({ authority: 'unavailable' })
  expect(asked).toBe(0)
  await world.close()
  server.close()
  rmSync(folder, { recursive: true })
})

test('an API that cannot be reached is a 502 at once (#22)', async () => {
  const upstream = await startUpstream((_request, response) => response.end())
  const world = await World.open({ ENDPOINT: upstream.endpoint })
  const browser = await world.signIn()
  upstream.close()
  expect((await browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
  await world.close()
})

test('an API that accepts a connection and never begins TLS is a 504 after five seconds (#22)', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const world = await World.open({ ENDPOINT: `https://127.0.0.1:${String(port)}/v1.0/me` })
  const browser = await world.signIn()
  undiciTimers.reset()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const connected = once(server, 'connection') as Promise<[Socket]>
  const waiting = browser.fetch('/api/me')
  const [socket] = await connected
  // The clock of undici's time limits may be a second late.
  await vi.advanceTimersByTimeAsync(7_000)
  const { status, json: problem } = await waiting
  expect([status, problem]).toMatchObject([504, { code: 'upstream_timeout' }])
  vi.useRealTimers()
  undiciTimers.reset()
  socket.destroy()
  server.close()
  await world.close()
})
