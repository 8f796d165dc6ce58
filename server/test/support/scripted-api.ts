import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { AppOptions } from '../../src/app.ts'
import type { Browser } from './browser.ts'
import { startUpstream, type Upstream } from './upstream.ts'
import { World } from './world.ts'

export const json = { 'content-type': 'application/json' }

const goodAnswer: RequestListener = (_request, response) => response.writeHead(200, json).end('{}')

/** A downstream API whose answers a test writes, and somebody who is signed in and calls it. */
export interface ScriptedApi {
  answer: RequestListener
  upstream: Upstream
  world: World
  browser: Browser
}

/**
 * For a whole file. After each test, the next call must be answered as if nothing had happened.
 * @param signIn path of the sign-in, with the permissions that the calls need
 * @param server may have a table of calls, and routes of its own
 */
export function useScriptedApi(
  signIn = '/auth/login',
  server: Pick<AppOptions, 'calls' | 'api'> = {},
): ScriptedApi {
  const api = { answer: goodAnswer } as ScriptedApi
  beforeAll(async () => {
    api.upstream = await startUpstream((request, response) => {
      api.answer(request, response)
    })
    api.world = await World.open({ ENDPOINT: api.upstream.endpoint }, { server })
    api.browser = api.world.openBrowser()
    await api.browser.goTo(signIn)
  })
  beforeEach(() => {
    api.upstream.requests.length = 0
  })
  afterEach(async () => {
    api.answer = goodAnswer
    expect((await api.browser.fetch('/api/me')).status).toBe(200)
  })
  afterAll(async () => {
    await api.world.close()
    api.upstream.close()
  })
  return api
}
