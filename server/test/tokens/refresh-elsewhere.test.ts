import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { EntraFront } from '../support/entra-front.ts'
import { World } from '../support/world.ts'

/** Two servers of one store, and an Entra that holds the answer to a refresh until it is released. */
let front: EntraFront
let world: World
let other: string
let release: () => void
beforeAll(async () => {
  front = await EntraFront.open()
  world = await World.open({}, { emulator: front.options, keepsFiles: true })
  front.standBefore(world.emulator)
  other = await world.startAnotherServer()
})
beforeEach(() => {
  front.answerTokens = (tokens) => tokens
})
afterEach(() => {
  vi.useRealTimers()
  world.emulator.setLifetimes({ accessToken: 3_600 })
})
afterAll(async () => {
  await world.close()
  front.close()
})

/** Signs in, and calls at both servers. */
async function signIn() {
  const browser = await world.signIn()
  const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
  const call = (origin: string) => fetch(`${origin}/api/me`, { headers })
  for (const origin of [world.origin, other]) expect((await call(origin)).status).toBe(200)
  return { browser, call }
}

/** @returns when Entra has the request, and its answer is held */
async function refreshBy(call: (origin: string) => Promise<Response>) {
  const held = new Promise<void>((resolve) => (release = resolve))
  front.answerTokens = async (tokens) => {
    await held
    return tokens
  }
  front.issues.length = 0
  const answer = call(world.origin)
  await vi.waitUntil(() => front.issues.length === 1)
  return { answer }
}

test('while one server refreshes a token, another one serves with the token that is still good (#23)', async () => {
  const { call } = await signIn()
  later(57)
  const { answer } = await refreshBy(call)
  expect((await call(other)).status).toBe(200)
  release()
  expect((await answer).status).toBe(200)
  expect((await call(other)).status).toBe(200)
  expect(front.issues).toHaveLength(1)
})

test('while one server refreshes a token, another one that never used it serves with it', async () => {
  const browser = await world.signIn()
  const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
  const call = (origin: string) => fetch(`${origin}/api/me`, { headers })
  later(57)
  const { answer } = await refreshBy(call)
  expect((await call(other)).status).toBe(200)
  release()
  expect((await answer).status).toBe(200)
  expect(front.issues).toHaveLength(1)
})

test('a sign-out while one server refreshes and another one waits leaves both without a token (#24)', async () => {
  world.emulator.setLifetimes({ accessToken: 1_800 })
  const { browser, call } = await signIn()
  later(31)
  const { answer } = await refreshBy(call)
  const waiting = call(other)
  await browser.submit('/auth/logout')
  expect((await waiting).status).toBe(401)
  release()
  expect((await answer).status).toBe(401)
  expect(front.issues).toHaveLength(1)
})

test('when the refresh of one server fails, the server that waits for it asks Entra itself (#28)', async () => {
  world.emulator.setLifetimes({ accessToken: 1_800 })
  const { call } = await signIn()
  later(31)
  world.emulator.failNext('token', { status: 503, body: {} })
  const { answer } = await refreshBy(call)
  const waiting = call(other)
  release()
  expect((await answer).status).toBe(503)
  expect((await waiting).status).toBe(200)
  expect(front.issues).toHaveLength(2)
})
