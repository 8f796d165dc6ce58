import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lidia, withOwnRoutes } from '../support/own-routes.ts'
import { undiciTimers } from '../support/undici-timers.ts'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  undiciTimers.reset()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  world = await World.open({}, withOwnRoutes)
})
afterAll(async () => {
  await world.close()
  vi.useRealTimers()
  undiciTimers.reset()
})

test('a Graph that does not tell in time whether a caller is in a group is a 504', async () => {
  const browser = await world.signInAs(lidia)
  world.emulator.failNext('checkMemberGroups', { hang: true })
  const waiting = browser.fetch('/api/readers')
  await vi.waitUntil(() => world.emulator.requests('checkMemberGroups').length === 1)
  await vi.advanceTimersByTimeAsync(21_000)
  expect(await waiting).toMatchObject({ status: 504, json: { code: 'upstream_timeout' } })
})
