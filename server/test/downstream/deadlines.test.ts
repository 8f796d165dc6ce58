import { subscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { ConnectProxy } from '../support/connect-proxy.ts'
import { undiciTimers } from '../support/undici-timers.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'
import { World } from '../support/world.ts'

/** Emits `piece` for each part of an API answer that has come in. */
const received = new EventEmitter()

let upstream: Upstream
let answer: RequestListener
let world: World
let browser: Browser
beforeAll(async () => {
  undiciTimers.reset()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  for (const name of ['headers', 'bodyChunkReceived']) {
    subscribe(`undici:request:${name}`, (message) => {
      const { request } = message as { request: { origin: string } }
      if (request.origin === new URL(upstream.endpoint).origin) received.emit('piece')
    })
  }
  upstream = await startUpstream((request, response) => {
    answer(request, response)
  })
  world = await World.open({ ENDPOINT: upstream.endpoint })
  browser = await world.signIn()
})
afterAll(async () => {
  await world.close()
  upstream.close()
  vi.useRealTimers()
  undiciTimers.reset()
})

const json = { 'content-type': 'application/json' }
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

/** Calls the API and waits until it is asked. */
async function callWhich(act: RequestListener): Promise<{ waiting: ReturnType<Browser['fetch']> }> {
  const asked = new Promise<void>((resolve) => {
    answer = (request, response) => {
      act(request, response)
      resolve()
    }
  })
  const waiting = browser.fetch('/api/me')
  await asked
  return { waiting }
}

describe('a failing API (#22)', () => {
  test('an API that never answers is a 504 after ten seconds', async () => {
    const { waiting } = await callWhich(() => undefined)
    await pass(12)
    const answered = await waiting
    expect([answered.status, answered.json]).toMatchObject([504, { code: 'upstream_timeout' }])
  })

  test('an API that stops in its answer is a 504 after ten more seconds', async () => {
    const begun = once(received, 'piece')
    const { waiting } = await callWhich((_request, response) =>
      response.writeHead(200, json).write('{'),
    )
    await begun
    await pass(12)
    expect((await waiting).json).toMatchObject({ code: 'upstream_timeout' })
  })

  test('an API that sends its answer in small pieces is a 504 after twenty seconds in all', async () => {
    let response: Parameters<RequestListener>[1] | undefined
    const begun = once(received, 'piece')
    const { waiting } = await callWhich((_request, its) => {
      response = its.writeHead(200, json)
      response.flushHeaders()
    })
    await begun
    for (let seconds = 0; seconds < 20; seconds += 5) {
      const piece = once(received, 'piece')
      response?.write(' ')
      await piece
      await pass(5)
    }
    expect((await waiting).json).toMatchObject({ code: 'upstream_timeout' })
  })

  test('an API that was too slow for one request can answer the next', async () => {
    answer = (_request, response) => response.writeHead(200, json).end('{}')
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })
})

describe('an Entra that does not answer (#28)', () => {
  test('a sign-in ends in the Error view after eight seconds when Entra does not answer', async () => {
    const stranger = world.openBrowser()
    world.emulator.clearRequests()
    world.emulator.failNext('token', { hang: true })
    const waiting = stranger.goTo('/auth/login')
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    await pass(10)
    const { url } = await waiting
    expect(url.pathname).toBe('/error')
    expect(await stranger.reportOf({ url })).toMatchObject({
      code: 'identity_provider_unavailable',
    })
  })

  test('a refresh is a 503 after eight seconds when Entra does not answer, and the session stays', async () => {
    const own = await world.signIn()
    world.emulator.clearRequests()
    world.emulator.failNext('token', { hang: true })
    answer = (_request, response) => response.writeHead(401, json).end('{}')
    const waiting = own.fetch('/api/me')
    await vi.waitUntil(() => world.emulator.requests('token').length === 1)
    await pass(10)
    const { status, json: problem } = await waiting
    expect([status, problem]).toMatchObject([503, { code: 'identity_provider_unavailable' }])
    expect((await own.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('a sign-in ends in the Error view after five seconds when the proxy to the internet does not answer', async () => {
    const proxy = await ConnectProxy.open({ isSilent: true })
    const far = await World.open({
      AUTHORITY: 'https://login.microsoftonline.com/organizations',
      HTTPS_PROXY: proxy.url(),
    })
    const attempt = async () => {
      const waiting = far.openBrowser().goTo('/auth/login')
      await proxy.nextRequest()
      await pass(6)
      return (await waiting).url.pathname
    }
    expect(await attempt()).toBe('/error')
    // The connection that got no answer does not hold the next sign-in.
    await pass(5)
    expect(await attempt()).toBe('/error')
    await far.close()
    proxy.close()
  })
})
