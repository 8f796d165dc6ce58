import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test, vi } from 'vitest'
import { World } from './support/world.ts'

test('closing lets a request in flight finish and waits for no silent connection', async () => {
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
