import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ChildServer } from '../support/child-server.ts'
import { KeptConnections } from '../support/kept-connections.ts'
import { World } from '../support/world.ts'

test('closing lets a request in flight finish and waits for no silent connection (#31)', async () => {
  const world = await World.open()
  const browser = await world.signIn()
  await browser.fetch('/api/session')
  const silent = connect(Number(new URL(world.origin).port), '127.0.0.1')
  silent.resume()
  await once(silent, 'connect')
  world.emulator.clearRequests()
  world.emulator.failNext('me', { delayMs: 200 })
  const slow = browser.fetch('/api/me')
  await vi.waitUntil(() => world.emulator.requests('me').length === 1)
  const closed = world.stopServer()
  await once(silent, 'close')
  expect((await slow).status).toBe(200)
  await closed
  await expect(fetch(`${world.origin}/livez`)).rejects.toThrow()
  await world.close()
})

test('SIGTERM under load lets requests in flight finish, refuses new requests, and ends the process (#31)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-closing-'))
  const world = await World.open({ SESSION_STORE: `file:${folder}` })
  await world.stopServer()
  const server = await new ChildServer(world.settings, { cwd: folder }).listening()
  onTestFinished(() => void server.end('SIGKILL'))
  const browser = await world.signIn()
  await browser.fetch('/api/me')
  const silent = connect(Number(new URL(world.origin).port), '127.0.0.1')
  silent.resume()
  await once(silent, 'connect')
  // A session may have eight calls under way.
  const inFlight = 8
  world.emulator.clearRequests()
  world.emulator.failNext('me', { delayMs: 500 }, inFlight)
  const slow = Array.from({ length: inFlight }, () => browser.fetch('/api/me'))
  await vi.waitUntil(() => world.emulator.requests('me').length === inFlight)
  const ended = server.end('SIGTERM')
  await once(silent, 'close')
  await expect(fetch(`${world.origin}/livez`)).rejects.toThrow()
  const answers = await Promise.all(slow)
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(await ended).toEqual({ code: 0, signal: null })

  await world.startServer()
  expect((await browser.fetch('/api/me')).status).toBe(200)
  await world.close()
  rmSync(folder, { recursive: true })
})

test('SIGTERM resets no connection that a proxy keeps open: each gets an answer and is then closed (#31)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-closing-'))
  const world = await World.open({ SESSION_STORE: `file:${folder}` })
  await world.stopServer()
  const server = await new ChildServer(world.settings, { cwd: folder }).listening()
  onTestFinished(() => void server.end('SIGKILL'))
  const proxy = new KeptConnections(world.origin, 20)
  let readiness: unknown
  const askReadiness = async () => {
    readiness = JSON.parse(await proxy.ask('GET', '/readyz'))
  }
  const post = () => proxy.ask('POST', '/auth/logout')
  const load = [askReadiness, ...Array.from({ length: 19 }, () => post)].map((send) =>
    proxy.untilNobodyListens(send),
  )
  await vi.waitUntil(() => readiness !== undefined, { timeout: 10_000 })
  expect(readiness).toMatchObject({ status: 'ok' })
  const ended = server.end('SIGTERM')
  await Promise.all(load)
  expect(await ended).toEqual({ code: 0, signal: null })
  expect(proxy.failures).toEqual([])
  expect(readiness).toEqual({ status: 'closing' })
  expect(proxy.farewells).toBeGreaterThanOrEqual(19)
  proxy.close()
  await world.close()
  rmSync(folder, { recursive: true })
})
