import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificates } from '../support/certificates.ts'
import { json } from '../support/scripted-api.ts'
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
