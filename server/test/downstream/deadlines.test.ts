import { subscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { callsOf } from '../../src/downstream/calls.ts'
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
  world = await World.open({ ENDPOINT: upstream.endpoint }, { server: { calls: withStream } })
  browser = await world.signIn()
})
afterAll(async () => {
  await world.close()
  upstream.close()
  vi.useRealTimers()
  undiciTimers.reset()
})

/** The table of calls, with a stream. */
const withStream: typeof callsOf = (settings) => [
  ...callsOf(settings),
  {
    id: 'lines',
    title: 'Lines',
    method: 'GET',
    resource: settings.graph,
    path: '/v1.0/lines',
    scopes: ['User.Read'],
    answer: { stream: ['text/plain'] },
  },
]

const json = { 'content-type': 'application/json' }
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

/** Calls the API and waits until it is asked. */
async function callWhich(
  act: RequestListener,
  path = '/api/me',
): Promise<{ waiting: ReturnType<Browser['fetch']> }> {
  const asked = new Promise<void>((resolve) => {
    answer = (request, response) => {
      act(request, response)
      resolve()
    }
  })
  const waiting = browser.fetch(path)
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

  test.each([
    ['1', 0.9],
    ['a date', 1.9],
  ])(
    'a short pause that the API asks for is kept before the second try: %s (#21)',
    async (asked, seconds) => {
      const before = upstream.requests.length
      const date = new Date(Date.now() + 2_000).toUTCString()
      const headers = { ...json, 'retry-after': asked === 'a date' ? date : asked }
      const answered = once(received, 'piece')
      const { waiting } = await callWhich((_request, response) => {
        const isFirst = upstream.requests.length === before + 1
        response.writeHead(isFirst ? 503 : 200, isFirst ? headers : json).end('{}')
      })
      await answered
      await new Promise(setImmediate)
      await pass(seconds)
      expect(upstream.requests).toHaveLength(before + 1)
      await pass(0.5)
      expect((await waiting).status).toBe(200)
      expect(upstream.requests).toHaveLength(before + 2)
    },
  )

  test('an API that was too slow for one request can answer the next', async () => {
    answer = (_request, response) => response.writeHead(200, json).end('{}')
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })
})

describe('a stream of an API (#22)', () => {
  const text = { 'content-type': 'text/plain' }

  test('a stream without a head is a 504 after ten seconds', async () => {
    const { waiting } = await callWhich(() => undefined, '/api/lines')
    await pass(12)
    expect((await waiting).json).toMatchObject({ code: 'upstream_timeout' })
  })

  test('a stream goes on for longer than any other call, and breaks off after a silent minute', async () => {
    world.logLines.length = 0
    let response: Parameters<RequestListener>[1] | undefined
    answer = (_request, its) => {
      response = its.writeHead(200, text)
      response.write('begin\n')
    }
    const headers = { cookie: await browser.cookieHeader(), 'x-csrf': '1' }
    const { body } = await request(`${world.origin}/api/lines`, { headers })
    body.setEncoding('utf8')
    let lines = ''
    body.on('data', (piece: string) => (lines += piece))
    const broken = new Promise<Error>((resolve) => body.once('error', resolve))
    for (let minutes = 1; minutes <= 3; minutes += 1) {
      await pass(50)
      response?.write(`${String(minutes)}\n`)
      await vi.waitUntil(() => lines.endsWith(`${String(minutes)}\n`))
    }
    expect(lines).toBe('begin\n1\n2\n3\n')
    await pass(65)
    expect(await broken).toBeInstanceOf(Error)
    await vi.waitUntil(() => world.logLines.join('').includes('"code":"upstream_timeout"'))
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
