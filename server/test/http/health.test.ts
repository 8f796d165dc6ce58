import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.close())

describe('health', () => {
  test('/livez and /readyz report that the process lives and can sign people in', async () => {
    expect((await fetch(`${world.origin}/livez`)).status).toBe(200)
    const ready = await fetch(`${world.origin}/readyz`)
    expect(await ready.json()).toEqual({ status: 'ok', store: 'ok', authority: 'ok' })
  })

  test('/readyz reports that the authority cannot be reached', async () => {
    const fresh = await World.open()
    fresh.emulator.failNext('discovery', { status: 500, body: 'down' })
    const answer = await fetch(`${fresh.origin}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ authority: 'unavailable', store: 'ok' })
    expect((await fetch(`${fresh.origin}/livez`)).status).toBe(200)
    await fresh.close()
  })
})
