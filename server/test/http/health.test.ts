import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { detail, reads, TroubledStore, writes } from '../support/troubled-store.ts'
import { World } from '../support/world.ts'

const store = new TroubledStore()
let world: World
beforeAll(async () => {
  world = await World.open({ SESSION_SECRET: 's'.repeat(32) }, { server: { store } })
})
afterEach(() => {
  store.heal()
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

describe('what /readyz says of a part that is not ready', () => {
  test.each([
    ['answers 500', { status: 500, body: 'down' }, 'it gives no usable answer'],
    ['resets the connection', { reset: true as const }, 'it closes connections'],
    [
      'answers for another tenant',
      { status: 200, body: { issuer: 'https://evil.example/v2.0' } },
      'its discovery document cannot be used',
    ],
  ])('/readyz says why the authority cannot be used: it %s', async (_what, fault, reason) => {
    await world.stopServer()
    await world.startServer()
    world.logLines.length = 0
    world.emulator.failNext('discovery', fault)
    const ready = async () => (await fetch(`${world.origin}/readyz`)).json()
    const unavailable = {
      status: 'unavailable',
      store: 'ok',
      authority: 'unavailable',
      reasons: { authority: `the authority cannot be used: ${reason}` },
    }
    expect([await ready(), await ready()]).toEqual([unavailable, unavailable])
    expect(world.logLines.filter((line) => line.includes('authority cannot be used'))).toHaveLength(
      1,
    )
  })

  test.each([
    ['ENOSPC', 'its disk is full'],
    ['ECONNREFUSED', 'it refuses connections'],
    ['MDB_PANIC', 'the log says why'],
  ])(
    '/readyz says why the store cannot be used, without the text of its library: %s',
    async (code, reason) => {
      await world.stopServer()
      await world.startServer()
      const error = Object.assign(new Error(detail), { code })
      store.trouble([...reads, ...writes], () => Promise.reject(error))
      const answer = await fetch(`${world.origin}/readyz`)
      expect([answer.status, await answer.json()]).toEqual([
        503,
        {
          status: 'unavailable',
          store: 'unavailable',
          authority: 'ok',
          reasons: { store: `the session store cannot be used: ${reason}` },
        },
      ])
    },
  )

  test('/readyz says which settings are missing', async () => {
    const bare = await World.open({ CLIENT_ID: '' })
    const answer = await fetch(`${bare.origin}/readyz`)
    expect(await answer.json()).toMatchObject({
      authority: 'unavailable',
      reasons: {
        authority: expect.stringContaining(
          'CLIENT_ID, CLIENT_SECRET or AUTHORITY is missing or wrong',
        ) as string,
      },
    })
    await bare.close()
  })
})
